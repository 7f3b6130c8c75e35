// SHA256() of OpenSSL 3 looks its algorithm up by name for every digest; the functions behind it, which
// are deprecated in favour of that, do not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
