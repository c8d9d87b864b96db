/* A program, in C and in C++, of libloginid and others: each must do its work. */
#include <loginid.h>

#include <stdio.h>
#include <string.h>

#ifdef WITH_OPENSSL
#include <openssl/evp.h>
#include <openssl/ssl.h>
#endif
#ifdef WITH_CURL
#include <curl/curl.h>
#include <stdlib.h>
#endif

#ifdef __cplusplus
extern "C"
#endif
int another_library(void);

/* A call, over a connection. */
static int loginid(void)
{
    lid_v2_client *client = NULL;
    char *out = NULL;
    lid_status status = lid_v2_new_from_env(&client, &out);

    if (status == LID_OK) {
        lid_free_string(out);
        status = lid_v2_get_version(client, &out);
    }
    if (status != LID_OK)
        fprintf(stderr, "%s: %s\n", lid_status_name(status), out);
    lid_free_string(out);
    lid_v2_free(client);
    return status == LID_OK && strcmp(lid_version(), LID_VERSION) == 0;
}

#ifdef WITH_OPENSSL
/* The functions that aws-lc in libloginid has too. */
static int openssl(void)
{
    static const unsigned char expected[] = {0xba, 0x78, 0x16, 0xbf};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *connection = context == NULL ? NULL : SSL_new(context);
    int works = connection != NULL &&
                EVP_Digest("abc", 3, digest, &length, EVP_sha256(), NULL) == 1 && length == 32 &&
                memcmp(digest, expected, sizeof expected) == 0;

    SSL_free(connection);
    SSL_CTX_free(context);
    return works;
}
#endif

#ifdef WITH_CURL
static size_t ignore(char *data, size_t size, size_t count, void *user_data)
{
    (void)data;
    (void)user_data;
    return size * count;
}

/* A transfer of its own, from the emulator. */
static int curl(void)
{
    CURL *handle = curl_easy_init();
    long answer = 0;
    int works;

    if (handle == NULL)
        return 0;
    curl_easy_setopt(handle, CURLOPT_URL, getenv("LOGINID_EMULATOR_URL"));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ignore);
    works = curl_easy_perform(handle) == CURLE_OK &&
            curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer) == CURLE_OK && answer > 0;
    curl_easy_cleanup(handle);
    return works;
}
#endif

int main(void)
{
    /* Twice, so that each has run after the others. */
    for (int round = 0; round < 2; round++) {
        if (!loginid() || another_library() != 0)
            return 1;
#ifdef WITH_OPENSSL
        if (!openssl())
            return 2;
#endif
#ifdef WITH_CURL
        if (!curl())
            return 3;
#endif
    }
    puts("all work");
    return 0;
}
