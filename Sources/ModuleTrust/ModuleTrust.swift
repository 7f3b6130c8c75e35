// ModuleTrust decides what the kernel's signature gate says of a module: trailer, PKCS#7 message,
// certificates, keyrings, policy. Parsing follows the kernel's own rules, which accept and refuse other
// things than OpenSSL does; libcrypto does the arithmetic.
