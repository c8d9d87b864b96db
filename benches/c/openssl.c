/* Tokens as a C program would make and verify them with OpenSSL's EVP: keys
 * read once, claims printed, the signature turned between DER and r||s. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pem.h"
#include "worker.h"

static EVP_PKEY *private_key, *service_key;
static const char *client_id, *user, *token;

static size_t encode(char *text, const unsigned char *data, size_t length)
{
    int size = EVP_EncodeBlock((unsigned char *)text, data, (int)length);
    int i;

    while (size > 0 && text[size - 1] == '=')
        size--;
    for (i = 0; i < size; i++) {
        if (text[i] == '+')
            text[i] = '-';
        else if (text[i] == '/')
            text[i] = '_';
    }
    text[size] = '\0';
    return (size_t)size;
}

/* The 64 bytes of an encoded signature. */
static int decode_signature(unsigned char *signature, const char *text)
{
    char padded[89];
    unsigned char decoded[66];
    int i;

    if (strlen(text) != 86)
        return 1;
    for (i = 0; i < 86; i++)
        padded[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    memcpy(padded + 86, "==", 3);
    if (EVP_DecodeBlock(decoded, (const unsigned char *)padded, 88) != 66)
        return 1;
    memcpy(signature, decoded, 64);
    return 0;
}

static void make_nonce(char *nonce)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char random[64];
    int made = 0, i;

    while (made < 16) {
        RAND_bytes(random, sizeof random);
        for (i = 0; i < 64 && made < 16; i++)
            if (random[i] < 248)
                nonce[made++] = alphabet[random[i] % 62];
    }
    nonce[16] = '\0';
}

static int sign(char *message, size_t length)
{
    unsigned char der[80], raw[64];
    const unsigned char *at = der;
    size_t size = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ECDSA_SIG *signature;
    int failed = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, private_key) != 1 ||
                 EVP_DigestSign(context, der, &size, (unsigned char *)message, length) != 1;

    EVP_MD_CTX_free(context);
    if (failed || (signature = d2i_ECDSA_SIG(NULL, &at, (long)size)) == NULL)
        return 1;
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32);
    ECDSA_SIG_free(signature);
    message[length++] = '.';
    encode(message + length, raw, sizeof raw);
    return 0;
}

static int make_token(void *state)
{
    char nonce[17], claims[512], text[1024] = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.";
    size_t length = strlen(text);
    int size;

    (void)state;
    make_nonce(nonce);
    size = snprintf(claims, sizeof claims,
                    "{\"client_id\":\"%s\",\"type\":\"users.retrieve\",\"scope\":\"users.retrieve\","
                    "\"nonce\":\"%s\",\"iat\":%ld,\"username\":\"%s\"}",
                    client_id, nonce, (long)time(NULL), user);
    length += encode(text + length, (unsigned char *)claims, (size_t)size);
    return sign(text, length);
}

/* Only the signature: no claim is read or checked. */
static int verify(void *state)
{
    const char *dot = strrchr(token, '.');
    unsigned char raw[64], *der = NULL;
    ECDSA_SIG *signature;
    EVP_MD_CTX *context;
    int size, good;

    (void)state;
    if (dot == NULL || decode_signature(raw, dot + 1) != 0)
        return 1;
    signature = ECDSA_SIG_new();
    ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    size = i2d_ECDSA_SIG(signature, &der);
    ECDSA_SIG_free(signature);
    context = EVP_MD_CTX_new();
    good = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, service_key) == 1 &&
           EVP_DigestVerify(context, der, (size_t)size, (const unsigned char *)token,
                            (size_t)(dot - token)) == 1;
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return !good;
}

/* The certificates of the system are read, as a program must before its first TLS connection. */
static int roots(void *state)
{
    X509_STORE *store = X509_STORE_new();
    int read = X509_STORE_load_locations(store, "/etc/ssl/certs/ca-certificates.crt", NULL);

    (void)state;
    X509_STORE_free(store);
    return read != 1;
}

static void *start(long count)
{
    (void)count;
    return &private_key;
}

static void stop(void *state)
{
    (void)state;
}

int main(void)
{
    static const struct operation operations[] = {
        {"token", start, make_token, stop},
        {"verify", start, verify, stop},
        {"roots", start, roots, stop},
        {NULL, NULL, NULL, NULL},
    };
    BIO *text;

    client_id = worker_setting("LOGINID_CLIENT_ID");
    user = worker_setting("BENCH_USER");
    token = worker_setting("BENCH_TOKEN");
    text = BIO_new_mem_buf(pem_setting("LOGINID_PRIVATE_KEY"), -1);
    private_key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
    BIO_free(text);
    text = BIO_new_mem_buf(pem_setting("BENCH_SERVICE_KEY"), -1);
    service_key = PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
    BIO_free(text);
    if (private_key == NULL || service_key == NULL) {
        fputs("a key cannot be read\n", stderr);
        return 2;
    }
    return worker_serve(operations);
}
