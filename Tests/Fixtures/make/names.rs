// A program whose functions have names of every kind that rustc makes: see names.sh.
#![allow(dead_code)]
use std::collections::HashMap;
use std::fmt::Debug;
trait T<X> {
    type A;
    fn f(&self, x: X) -> u32;
}
struct S<const N: usize>([u8; N]);
impl<const N: usize> T<&'static [u8]> for S<N> {
    type A = u8;
    #[inline(never)]
    fn f(&self, x: &'static [u8]) -> u32 {
        x.len() as u32 + N as u32
    }
}
#[inline(never)]
fn dy(x: &dyn T<&'static [u8], A = u8>) -> u32 {
    x.f(b"abc")
}
#[inline(never)]
fn gen<F: Fn(i32) -> i32 + 'static>(f: F) -> Box<dyn Fn(i32) -> i32> {
    Box::new(move |x| f(x) + 1)
}
#[inline(never)]
fn hr(f: for<'a, 'b> fn(&'a str, &'b str) -> &'a str) -> String {
    f("a", "b").to_string()
}
#[inline(never)]
fn q<X: Debug + ?Sized>(x: &X) -> String {
    format!("{:?}", x)
}
struct B<const C: bool, const D: char, const I: i128>;
impl<const C: bool, const D: char, const I: i128> B<C, D, I> {
    #[inline(never)]
    fn g(&self) -> (bool, char, i128) {
        (C, D, I)
    }
}
mod größe {
    pub mod 模块 {
        #[inline(never)]
        pub fn übung<T>(t: T) -> T {
            t
        }
        pub struct Ñandú;
        impl Drop for Ñandú {
            #[inline(never)]
            fn drop(&mut self) {
                println!("x");
            }
        }
    }
}
#[inline(never)]
extern "C" fn cc(x: i32) -> i32 {
    x
}
#[inline(never)]
unsafe extern "system" fn ss(x: i32) -> i32 {
    x
}
#[inline(never)]
fn tn<X: ?Sized>() -> &'static str {
    std::any::type_name::<X>()
}
static TABLE: [fn(i32) -> i32; 1] = [|x| {
    #[inline(never)]
    fn inner(x: i32) -> i32 {
        static Q: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(1);
        x * Q.load(std::sync::atomic::Ordering::Relaxed)
    }
    inner(x)
}];
thread_local!(static TL: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![]));
pub fn main() {
    println!("{}", dy(&S::<4>([0; 4])));
    println!("{}", gen(|x| x * 2)(3));
    println!("{}", hr(|a, _| a));
    println!(
        "{}{}{}",
        q(&[1u8, 2][..]),
        q("s"),
        q(&(1, 2.0, 'c', (), [1; 3]))
    );
    println!(
        "{:?}{:?}",
        B::<true, 'v', -1>.g(),
        B::<false, '\'', { i128::MIN }>.g()
    );
    println!("{:?}", B::<false, '∂', { i128::MAX }>.g());
    let _n = größe::模块::Ñandú;
    println!(
        "{}",
        größe::模块::übung(1) + größe::模块::übung::<i64>(2) as i32
    );
    println!("{}{}", cc(1), unsafe { ss(1) });
    println!("{}", TABLE[0](3));
    println!(
        "{}{}{}{}{}",
        tn::<for<'a> fn(&'a u8) -> &'a u8>(),
        tn::<dyn for<'a> Fn(&'a str) -> u8 + Send>(),
        tn::<unsafe extern "C" fn(*const u8, *mut i8) -> !>(),
        tn::<extern "C-unwind" fn()>(),
        tn::<(u8,)>()
    );
    println!(
        "{}{}{}",
        tn::<&mut [Box<dyn Iterator<Item = (u8, u16)>>; 3]>(),
        tn::<fn(fn(&u8), for<'x> fn(&'x u16, &u32) -> &'x u16)>(),
        tn::<Option<HashMap<String, Vec<Box<dyn Debug + Send + 'static>>>>>()
    );
    TL.with(|t| t.borrow_mut().push(1));
    let mut h = HashMap::new();
    h.insert("a", 1);
    println!("{:?}", h);
    std::thread::spawn(|| println!("t")).join().unwrap();
}
