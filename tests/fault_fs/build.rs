//! Compiles the shim against the headers of the RocksDB that is linked.

fn main() {
    #[cfg(feature = "rocksdb")]
    compile();
}

#[cfg(feature = "rocksdb")]
fn compile() {
    println!("cargo::rerun-if-changed=src/shim.cc");
    let sources = std::env::var("DEP_ROCKSDB_CARGO_MANIFEST_DIR").expect("librocksdb-sys says where it lies");
    let rocksdb = std::path::Path::new(&sources).join("rocksdb");
    // As the library itself was compiled: classes must have the same shape on both sides.
    cc::Build::new()
        .cpp(true)
        .std("c++20")
        .include(rocksdb.join("include"))
        .include(&rocksdb)
        .define("NDEBUG", "1")
        .define("HAVE_ALIGNED_NEW", None)
        .define("HAVE_UINT128_EXTENSION", None)
        .define("OS_LINUX", None)
        .define("ROCKSDB_PLATFORM_POSIX", None)
        .define("ROCKSDB_LIB_IO_POSIX", None)
        .warnings(false)
        .file("src/shim.cc")
        .compile("accruedb_fault_fs");
}
