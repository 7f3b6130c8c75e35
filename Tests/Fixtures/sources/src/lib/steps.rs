#![no_std]
#![crate_type = "lib"]

#[inline(always)]
fn step(at: &mut u32, by: u32) -> u32 {
    *at = at.wrapping_mul(by) ^ 7;
    *at / (by | 1)
}

#[no_mangle]
pub fn walk(values: &mut [u32], by: u32) -> u32 {
    values.iter_mut().map(|value| step(value, by)).fold(0, u32::wrapping_add)
}
