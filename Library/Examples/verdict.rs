//! Would this kernel load this module? And what is at an address?
//!
//!     verdict KERNEL MODULE [ADDRESS]
//!
//! rustc verdict.rs -l ksym

use std::ffi::{c_char, c_void, CStr, CString};
use std::process::exit;
use std::ptr::{null, null_mut};

#[repr(C)]
struct Symbol {
    size: usize,
    address: u64,
    length: u64,
    offset: u64,
    index: u64,
    name: *const c_char,
    name_length: usize,
    owner: *const c_char,
    position: u32,
    equals: u32,
    letter: c_char,
    has_address: bool,
    is_clone: bool,
    reserved: [u8; 29],
}

#[repr(C)]
struct Version {
    size: usize,
    name: *const c_char,
    name_length: usize,
    crc: u64,
    layout: *const c_char,
    digest: *const u8,
    reserved: [u64; 2],
}

type Each = extern "C" fn(*const Version, *mut c_void) -> bool;

extern "C" {
    fn ksym_error() -> *const c_char;
    fn ksym_free(text: *mut c_void);
    fn ksym_form(name: *const c_char, length: usize, form: u32, buffer: *mut c_char, size: usize) -> isize;
    fn ksym_module_versions(path: *const c_char, each: Each, context: *mut c_void) -> i32;
    fn ksym_checker_open(
        kernel: *const c_char, config: *const c_char, assume: *const *const c_char, count: usize,
        checker: *mut *mut c_void,
    ) -> i32;
    fn ksym_checker_check(
        checker: *mut c_void, modules: *const *const c_char, count: usize, flags: u32, json: *mut *mut c_char,
    ) -> i32;
    fn ksym_checker_close(checker: *mut c_void);
    fn ksym_kernel_open(path: *const c_char, options: *const c_void, kernel: *mut *mut c_void) -> i32;
    fn ksym_kernel_at(kernel: *mut c_void, address: u64, symbol: *mut Symbol) -> i32;
    fn ksym_kernel_close(kernel: *mut c_void);
}

/// Ends the program if a status is a failure.
fn check(status: i32) {
    if status < 0 {
        // SAFETY: the text lives until the next failure of this thread.
        eprintln!("verdict: {}", unsafe { CStr::from_ptr(ksym_error()) }.to_string_lossy());
        exit(2);
    }
}

extern "C" fn show(version: *const Version, context: *mut c_void) -> bool {
    // SAFETY: the library gives a version that lives during the call; the context is main's.
    let (version, left) = unsafe { (&*version, &mut *(context as *mut i32)) };
    let mut name = [0u8; 256];
    let length = unsafe {
        ksym_form(version.name, version.name_length, 1, name.as_mut_ptr() as *mut c_char, name.len())
    };
    if length < 0 {
        return false;
    }
    let end = (length as usize).min(name.len() - 1);
    println!("0x{:08x} {}", version.crc, String::from_utf8_lossy(&name[..end]));
    *left -= 1;
    *left > 0
}

fn main() {
    let arguments: Vec<CString> =
        std::env::args().map(|text| CString::new(text).expect("arguments have no NUL")).collect();
    if arguments.len() < 3 {
        eprintln!("usage: verdict KERNEL MODULE [ADDRESS]");
        exit(64);
    }
    let (kernel, module) = (&arguments[1], &arguments[2]);
    let mut most = 3i32;
    // SAFETY: all pointers live longer than the calls; what the library gives is freed once.
    unsafe {
        check(ksym_module_versions(module.as_ptr(), show, &mut most as *mut i32 as *mut c_void));
        let (mut checker, mut json) = (null_mut(), null_mut());
        check(ksym_checker_open(kernel.as_ptr(), null(), null(), 0, &mut checker));
        check(ksym_checker_check(checker, &module.as_ptr(), 1, 0, &mut json));
        println!("{}", CStr::from_ptr(json).to_string_lossy());
        ksym_free(json as *mut c_void);
        ksym_checker_close(checker);

        if let Some(text) = arguments.get(3) {
            let text = text.to_string_lossy();
            let address = u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(0);
            let mut handle = null_mut();
            check(ksym_kernel_open(kernel.as_ptr(), null(), &mut handle));
            let mut symbol: Symbol = std::mem::zeroed();
            symbol.size = std::mem::size_of::<Symbol>();
            if ksym_kernel_at(handle, address, &mut symbol) == 0 {
                println!("{}+{:#x}", CStr::from_ptr(symbol.name).to_string_lossy(), symbol.offset);
            }
            ksym_kernel_close(handle);
        }
    }
}
