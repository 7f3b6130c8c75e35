// The least that verifying the signatures of modules can cost: reads each file of a list, or unpacks it,
// hashes what is before the signature, and verifies that with libcrypto alone, by one certificate.
//
// usage: gates CERTIFICATE LIST      (CERTIFICATE: PEM, the last counts; LIST: a path of a .ko or .ko.xz a line)
//
// What it leaves out: any check of the message's form, and of who signed.
#include <lzma.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char marker[] = "~Module signature appended~\n";
static unsigned char *packed, *content;
static size_t capacity = 256 << 20;

static size_t read_file(const char *path, unsigned char *into) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  size_t count = fread(into, 1, capacity, file);
  fclose(file);
  return count;
}

static size_t load(const char *path) {
  size_t count = read_file(path, packed), in = 0, out = 0;
  if (count < 6 || memcmp(packed, "\3757zXZ", 6)) {
    memcpy(content, packed, count);
    return count;
  }
  uint64_t limit = 1 << 30;
  if (lzma_stream_buffer_decode(&limit, 0, NULL, packed, &in, count, content, &out, capacity) != LZMA_OK) return 0;
  return out;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  packed = malloc(capacity), content = malloc(capacity);
  FILE *keys = fopen(argv[1], "r"), *list = fopen(argv[2], "r");
  if (!packed || !content || !keys || !list) return 2;
  X509 *certificate = NULL, *next;
  while ((next = PEM_read_X509(keys, NULL, NULL, NULL))) certificate = next;
  if (!certificate) return 2;
  EVP_PKEY *key = X509_get0_pubkey(certificate);
  int is_rsa = EVP_PKEY_base_id(key) == EVP_PKEY_RSA;
  static char path[4096];
  size_t good = 0, bad = 0;
  while (fgets(path, sizeof path, list)) {
    path[strcspn(path, "\n")] = 0;
    size_t count = load(path), end = count - (sizeof marker - 1);
    if (count < 64 || memcmp(content + end, marker, sizeof marker - 1)) { bad++; continue; }
    const unsigned char *word = content + end - 4;
    size_t length = (size_t)word[0] << 24 | word[1] << 16 | word[2] << 8 | word[3];
    size_t blob = end - 12 - length;
    // The signature is the message's last octet string: 0x04 with its length to the very end.
    const unsigned char *signature = NULL;
    size_t signed_length = is_rsa ? (size_t)EVP_PKEY_size(key) : 0;
    if (is_rsa) {
      signature = content + end - 12 - signed_length;
    } else {
      for (size_t back = 8; back < 160 && !signature; back++) {
        const unsigned char *p = content + end - 12 - back;
        if (p[0] == 0x04 && p[1] == back - 2 && p[2] == 0x30) signature = p + 2, signed_length = back - 2;
      }
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = signature && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestVerify(context, signature, signed_length, content, blob) == 1;
    EVP_MD_CTX_free(context);
    ok ? good++ : bad++;
  }
  printf("%zu verified, %zu not\n", good, bad);
  return bad != 0;
}
