// SHA256() of OpenSSL 3 looks its algorithm up by name for every digest; the functions behind it, which
// are deprecated in favour of that, do not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
