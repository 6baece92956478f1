// A C interface to RocksDB's FaultInjectionTestFS, which its library already contains.
//
// Errors of that file system fire on threads that ask for them only. A thread asks by fault_fs_arm(), or by making or
// opening a file: so do RocksDB's own threads before they write.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "env/composite_env_wrapper.h"
#include "rocksdb/env.h"
#include "rocksdb/system_clock.h"
#include "utilities/fault_injection_fs.h"

using namespace ROCKSDB_NAMESPACE;

namespace {

constexpr size_t kUnsyncedMax = 16 << 20;

constexpr FaultInjectionIOType kKinds[] = {
    FaultInjectionIOType::kRead,
    FaultInjectionIOType::kWrite,
    FaultInjectionIOType::kMetadataRead,
    FaultInjectionIOType::kMetadataWrite,
};

// Over all file systems, so that no thread takes one's plan for another's.
std::atomic<uint64_t> plans{0};
thread_local uint64_t plan_of_thread = 0;

class FaultFs;

// A file whose syncs fail as writes do, which those of FaultInjectionTestFS never do; or say that they succeeded, and do
// nothing.
class SyncedOnDemand : public FSWritableFileOwnerWrapper {
 public:
  SyncedOnDemand(FaultFs* fs, std::string name, bool swallow, std::unique_ptr<FSWritableFile>&& file)
      : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs), name_(std::move(name)), swallow_(swallow) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Synced(options, "Sync", [&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Synced(options, "Fsync", [&] { return target()->Fsync(options, debug); });
  }
  IOStatus RangeSync(uint64_t offset, uint64_t bytes, const IOOptions& options, IODebugContext* debug) override {
    return Synced(options, "RangeSync", [&] { return target()->RangeSync(offset, bytes, options, debug); });
  }
  bool IsSyncThreadSafe() const override { return true; }

 private:
  template <typename Body>
  IOStatus Synced(const IOOptions& options, const char* call, Body sync);

  FaultFs* fs_;
  std::string name_;
  bool swallow_;
};

// RocksDB's threads sleep for a second after an error; here they need not.
class Hasty : public SystemClockWrapper {
 public:
  Hasty() : SystemClockWrapper(SystemClock::Default()) {}
  const char* Name() const override { return "Hasty"; }
  void SleepForMicroseconds(int micros) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1000));
  }
};

class FaultFs : public FaultInjectionTestFS {
 public:
  FaultFs() : FaultInjectionTestFS(FileSystem::Default()) { SetInjectUnsyncedDataLoss(true); }

  // What fails from now on: one call in so many of a kind, or, at once and on every thread, none.
  void Plan(int kind, uint32_t seed, int one_in, bool retryable) {
    kind_ = kind;
    seed_ = seed;
    retryable_ = retryable;
    one_in_ = one_in;
    plan_ = ++plans;
    std::set<Env::IOActivity> spared;
    for (int activity = 0; one_in == 0 && activity <= static_cast<int>(Env::IOActivity::kUnknown); ++activity) {
      spared.insert(static_cast<Env::IOActivity>(activity));
    }
    SetIOActivitiesExcludedFromFaultInjection(spared);
  }

  // The plan holds for this thread.
  void Arm() {
    Collect();
    if (plan_of_thread == plan_) {
      return;
    }
    plan_of_thread = plan_;
    DisableAllThreadLocalErrorInjection();
    if (one_in_ > 0) {
      const auto kind = kKinds[kind_];
      SetThreadLocalErrorContext(kind, seed_ + threads_++, one_in_, retryable_, false);
      EnableThreadLocalErrorInjection(kind);
    }
  }

  uint64_t Fired(int kind) {
    Collect();
    return fired_[kind];
  }

  // Everything was closed. `seed` 0: all that was not synced is lost; else of each file in `rocks` a first part of it
  // is there, and sometimes zeros where the rest would be. Files whose directory was not synced are lost, but not in
  // `staging`: that is synced by others, and this file system does not see it. Tells how many bytes of those in `rocks`
  // were not synced and are lost, and how many are there.
  IOStatus PowerOn(uint32_t seed, const std::string& rocks, const std::string& staging, uint64_t* lost,
                   uint64_t* kept) {
    SetFilesystemActive(true);
    Arm();
    SyncDir(staging);
    IOStatus ended = LoseParts(seed, rocks, lost, kept);
    if (ended.ok()) {
      ended = DeleteFilesCreatedAfterLastDirSync(IOOptions(), nullptr);
    }
    ResetState();
    return ended;
  }

  // The power goes: now, or when the next sync begins.
  void PowerOff() {
    off_at_sync_ = false;
    SetFilesystemActive(false, IOStatus::IOError("power off"));
  }
  void PowerOffAtSync() { off_at_sync_ = true; }
  void SyncBegins() {
    if (off_at_sync_.exchange(false)) {
      PowerOff();
    }
  }

  void SwallowSyncs(bool on) { swallow_syncs_ = on; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& file_options,
                           std::unique_ptr<FSWritableFile>* result, IODebugContext* debug) override {
    Arm();
    return SyncOnDemand(name, FaultInjectionTestFS::NewWritableFile(name, file_options, result, debug), result);
  }

  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& file_options,
                              std::unique_ptr<FSWritableFile>* result, IODebugContext* debug) override {
    Arm();
    return SyncOnDemand(name, FaultInjectionTestFS::ReopenWritableFile(name, file_options, result, debug), result);
  }

  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& file_options,
                               std::unique_ptr<FSRandomAccessFile>* result, IODebugContext* debug) override {
    Arm();
    return FaultInjectionTestFS::NewRandomAccessFile(name, file_options, result, debug);
  }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions& file_options,
                             std::unique_ptr<FSSequentialFile>* result, IODebugContext* debug) override {
    Arm();
    return FaultInjectionTestFS::NewSequentialFile(name, file_options, result, debug);
  }

 private:
  IOStatus SyncOnDemand(const std::string& name, IOStatus opened, std::unique_ptr<FSWritableFile>* file) {
    if (opened.ok()) {
      const bool swallow = swallow_syncs_ && name.ends_with(".log");
      *file = std::make_unique<SyncedOnDemand>(this, name, swallow, std::move(*file));
    }
    return opened;
  }

  // DropRandomUnsyncedFileData() forgets everything: its parts never get into the files.
  IOStatus LoseParts(uint32_t seed, const std::string& directory, uint64_t* lost, uint64_t* kept) {
    Random random(seed);
    std::vector<std::string> names;
    IOStatus listed = target()->GetChildren(directory, IOOptions(), &names, nullptr);
    std::string scratch(kUnsyncedMax, 0);
    for (const auto& name : names) {
      const std::string path = directory + "/" + name;
      uint64_t size = 0;
      Slice unsynced;
      int64_t synced_to = -1;
      if (!target()->GetFileSize(path, IOOptions(), &size, nullptr).ok()) {
        continue;
      }
      ReadUnsynced(path, size, scratch.size(), &unsynced, scratch.data(), &synced_to);
      const size_t part = seed == 0 ? 0 : random.Uniform(static_cast<int>(unsynced.size()) + 1);
      *lost += unsynced.size() - part;
      *kept += part;
      if (unsynced.empty() || seed == 0) {
        continue;
      }
      std::string there(unsynced.data(), part);
      if (random.OneIn(3)) {
        there.resize(unsynced.size(), 0);
      }
      std::ofstream file(path, std::ios::binary | std::ios::app);
      file << there;
      file.close();
      if (!file) {
        return IOStatus::IOError("cannot append to " + path);
      }
    }
    return listed;
  }

  void Collect() {
    for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
      fired_[kind] += GetAndResetInjectedThreadLocalErrorCount(kKinds[kind]);
    }
  }

  std::atomic<uint64_t> plan_{0};
  std::atomic<int> kind_{0};
  std::atomic<int> one_in_{0};
  std::atomic<uint32_t> seed_{0};
  std::atomic<uint32_t> threads_{0};
  std::atomic<bool> retryable_{false};
  std::atomic<bool> swallow_syncs_{false};
  std::atomic<bool> off_at_sync_{false};
  std::atomic<uint64_t> fired_[std::size(kKinds)] = {};
};

template <typename Body>
IOStatus SyncedOnDemand::Synced(const IOOptions& options, const char* call, Body sync) {
  fs_->SyncBegins();
  if (swallow_) {
    return IOStatus::OK();
  }
  IOStatus failed = fs_->MaybeInjectThreadLocalError(FaultInjectionIOType::kWrite, options, call, name_);
  return failed.ok() ? sync() : failed;
}

}  // namespace

extern "C" {

// As RocksDB's own C interface defines it.
struct rocksdb_env_t {
  Env* rep;
  bool is_default;
};

struct fault_fs {
  std::shared_ptr<FaultFs> fs;
};

fault_fs* fault_fs_new() { return new fault_fs{std::make_shared<FaultFs>()}; }

void fault_fs_free(fault_fs* self) { delete self; }

rocksdb_env_t* fault_fs_env(fault_fs* self) {
  return new rocksdb_env_t{new CompositeEnvWrapper(Env::Default(), self->fs, std::make_shared<Hasty>()), false};
}

void fault_fs_plan(fault_fs* self, int kind, uint32_t seed, int one_in, bool retryable) {
  self->fs->Plan(kind, seed, one_in, retryable);
}

void fault_fs_arm(fault_fs* self) { self->fs->Arm(); }

uint64_t fault_fs_fired(fault_fs* self, int kind) { return self->fs->Fired(kind); }

void fault_fs_swallow_syncs(fault_fs* self, bool on) { self->fs->SwallowSyncs(on); }

void fault_fs_power_off(fault_fs* self) { self->fs->PowerOff(); }

void fault_fs_power_off_at_sync(fault_fs* self) { self->fs->PowerOffAtSync(); }

// Returns false, and says why, where it went wrong.
bool fault_fs_power_on(fault_fs* self, uint32_t seed, const char* rocks, const char* staging, uint64_t* lost,
                       uint64_t* kept) {
  IOStatus ended = self->fs->PowerOn(seed, rocks, staging, lost, kept);
  if (!ended.ok()) {
    fprintf(stderr, "losing what was not synced: %s\n", ended.ToString().c_str());
  }
  return ended.ok();
}

}  // extern "C"
