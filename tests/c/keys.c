/* Private keys in every common form, good and bad, made by OpenSSL, as most keys are. */
#define _GNU_SOURCE

#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What `openssl ARGUMENTS` prints. */
static const char *openssl(const char *arguments)
{
    char printed[8192];
    FILE *command = popen(text("openssl %s 2>openssl.log", arguments), "r");
    size_t length;

    CHECK(command != NULL);
    length = fread(printed, 1, sizeof printed - 1, command);
    printed[length] = '\0';
    if (pclose(command) != 0 || length == 0)
        FAIL("openssl %s failed", arguments);
    return copy(printed);
}

/* The emulator's key as the owner of the application received it: PKCS#8. */
static const char *pkcs8(void)
{
    return getenv("LOGINID_PRIVATE_KEY");
}

static const char *sec1(void)
{
    write_file("pkcs8.pem", pkcs8());
    return openssl("ec -in pkcs8.pem");
}

/* A key is good if the service accepts its signature. */
static void accept(const char *key)
{
    lid_client *client;

    OK(lid_new_management(getenv("LOGINID_CLIENT_ID"), key, base_url(), &client, &out));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "user_not_found");
    lid_free(client);
}

/* Everything that can happen to a PEM text in files, variables and copying. */
static void accept_however_it_travelled(const char *key)
{
    const char *one_line = replace(key, "\n", "\\n");

    accept(key);
    accept(text("%.*s", (int)strlen(key) - 1, key));
    accept(replace(key, "\n", "\r\n"));
    accept(one_line);
    accept(replace(key, "\n", "\\r\\n"));
    accept(text("\"%s\"", key));
    accept(text("\"%s\"", one_line));
    accept(text("'%s'", one_line));
    accept(text("\n\n  %s  \n\n", key));
    accept(text("# our key\n%s", key));
    accept(replace(key, "\n", "  \n"));
    accept(text("\xef\xbb\xbf%s", key));
    accept(replace(key, "\n", "\r"));
    accept(replace(key, "\n", "\n    "));
    accept(replace(key, "\n", ""));
    accept(replace(key, "\n", "\\\\n"));
    accept(text("\xef\xbb\xbf\"%s\"", replace(one_line, "\\n", "\\n\\n  ")));
}

static void pkcs8_is_accepted_in_every_form(void)
{
    accept_however_it_travelled(pkcs8());
}

static void sec1_is_accepted_in_every_form(void)
{
    const char *key = sec1();

    CHECK(contains(key, "-----BEGIN EC PRIVATE KEY-----"));
    accept_however_it_travelled(key);
}

static void sec1_after_its_parameters_is_accepted(void)
{
    const char *parameters = openssl("ecparam -name prime256v1");

    CHECK(contains(parameters, "-----BEGIN EC PARAMETERS-----"));
    accept_however_it_travelled(text("%s%s", parameters, sec1()));
}

static void a_key_without_its_public_half_is_accepted(void)
{
    sec1();
    accept(openssl("ec -in pkcs8.pem -no_public"));
    accept(openssl("pkcs8 -topk8 -nocrypt -in pkcs8.pem"));
}

/* A certificate, public key and parameters next to the key are ignored. */
static void a_key_is_found_among_other_blocks(void)
{
    const char *key = copy(pkcs8()), *parameters = openssl("ecparam -name prime256v1");
    const char *certificate, *public_key;

    write_file("pkcs8.pem", key);
    certificate = openssl("req -x509 -new -key pkcs8.pem -subj /CN=a -text");
    public_key = openssl("ec -in pkcs8.pem -pubout");
    accept(text("%s%s", certificate, key));
    accept(text("%s%s", key, certificate));
    accept(text("%s%s%s%s", public_key, parameters, sec1(), certificate));
    accept(text("%s%s%s", sec1(), parameters, public_key));
}

static void text_in_any_encoding_around_a_key_is_ignored(void)
{
    const char *latin1 = text("Schl\xfcssel f\xfcr den Dienst\r\n%s\xe9\n", pkcs8());
    lid_client *client;

    accept(latin1);
    OK(lid_new(getenv("LOGINID_CLIENT_ID"), latin1, base_url(), &client, &out));
    lid_free(client);
    ERROR(lid_new("a", "\xff", NULL, &client, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_new("a", replace(latin1, "MI", "M\xe9"), NULL, &client, &out),
          LID_ERROR_PRIVATE_KEY, "invalid_private_key");
    write_file("key.pem", latin1);
    add_user(client_from_json(text(
                 "{\"client_id\":\"%s\",\"base_url\":\"%s\",\"private_key_file\":\"key.pem\"}",
                 getenv("LOGINID_CLIENT_ID"), base_url())),
             USER);
    setenv("LOGINID_PRIVATE_KEY", latin1, 1);
    OK(lid_get_user(new_client(), USER, &out));
}

static void the_environment_may_hold_the_key_in_one_line(void)
{
    setenv("LOGINID_PRIVATE_KEY", replace(pkcs8(), "\n", "\\n"), 1);
    add_user(new_client(), USER);
    setenv("LOGINID_PRIVATE_KEY", text("\"%s\"", replace(pkcs8(), "\n", "\\n")), 1);
    OK(lid_get_user(new_client(), USER, &out));
}

static void the_environment_may_name_the_keys_file(void)
{
    lid_client *client;

    write_file("key.pem", sec1());
    setenv("LOGINID_PRIVATE_KEY_FILE", "key.pem", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "contradictory_fields");
    unsetenv("LOGINID_PRIVATE_KEY");
    add_user(new_client(), USER);
    setenv("LOGINID_PRIVATE_KEY_FILE", "nowhere.pem", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "unreadable_file");
    CHECK(contains(get("/error/message"), "nowhere.pem"));
}

static void the_configuration_may_name_the_keys_file(void)
{
    write_file("key.pem", pkcs8());
    add_user(client_from_json(text(
                 "{\"client_id\":\"%s\",\"base_url\":\"%s\",\"private_key_file\":\"key.pem\"}",
                 getenv("LOGINID_CLIENT_ID"), base_url())),
             USER);
}

#ifdef F_SETLEASE
/* Takes the lease that a file server takes on a file, and gives it up when it is asked to. */
static void hold_lease(const char *path, int ready)
{
    int file = open(path, O_RDWR), asked;
    sigset_t ask;

    CHECK(sigemptyset(&ask) == 0 && sigaddset(&ask, SIGIO) == 0);
    CHECK(sigprocmask(SIG_BLOCK, &ask, NULL) == 0);
    if (fcntl(file, F_SETLEASE, F_WRLCK) != 0)
        _exit(write(ready, "-", 1) != 1);
    CHECK(write(ready, "+", 1) == 1);
    alarm(60);
    CHECK(sigwait(&ask, &asked) == 0);
    CHECK(fcntl(file, F_SETLEASE, F_UNLCK) == 0);
    _exit(0);
}

static void a_keys_file_is_read_although_another_process_has_a_lease(void)
{
    lid_client *client;
    int ready[2];
    char byte;
    pid_t holder;

    write_file("key.pem", pkcs8());
    CHECK(pipe(ready) == 0);
    holder = fork();
    CHECK(holder >= 0);
    if (holder == 0)
        hold_lease("key.pem", ready[1]);
    close(ready[1]);
    CHECK(read(ready[0], &byte, 1) == 1);
    if (byte == '-')
        puts("skipped: the file system has no leases");
    OK(lid_new_with_config("{\"client_id\":\"a\",\"private_key_file\":\"key.pem\"}", &client,
                           &out));
    lid_free(client);
    ended_well(holder);
}
#endif

/* Whether the message repeats eight characters of the key's lines. */
static int shows_key_material(const char *message, const char *key)
{
    for (; strlen(key) >= 8; key++) {
        if (strncmp(key, "-----", 5) == 0) {
            const char *end = strstr(key + 5, "-----");
            key = end != NULL ? end + 4 : key + 5;
        } else if (strcspn(key, " -\r\n") >= 8 && contains(message, text("%.8s", key))) {
            return 1;
        }
    }
    return 0;
}

/* The same from every constructor: a status, a code, and a message that names
 * the problem and never shows the key. */
static void refuse(const char *key, const char *code, const char *problem)
{
    lid_client *client = (lid_client *)&out;

    ERROR(lid_new("a", key, NULL, &client, &out), LID_ERROR_PRIVATE_KEY, code);
    CHECK(client == NULL);
    if (!contains(get("/error/message"), problem))
        FAIL("the message does not say: %s", problem);
    CHECK(!shows_key_material(out, key));
    ERROR(lid_new_management("a", key, NULL, &client, &out), LID_ERROR_PRIVATE_KEY, code);
    ERROR(lid_new_with_config(text("{\"client_id\":\"a\",\"private_key\":%s}", quoted(key)),
                              &client, &out),
          LID_ERROR_PRIVATE_KEY, code);
    CHECK(!shows_key_material(out, key));
    setenv("LOGINID_PRIVATE_KEY", key, 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_PRIVATE_KEY, code);
    CHECK(client == NULL);
    CHECK(!shows_key_material(out, key));
}

/* The same for a file that cannot be a C string. */
static void refuse_file(const char *path, const char *code, const char *problem)
{
    lid_client *client = (lid_client *)&out;

    ERROR(lid_new_with_config(text("{\"client_id\":\"a\",\"private_key_file\":\"%s\"}", path),
                              &client, &out),
          LID_ERROR_PRIVATE_KEY, code);
    CHECK(client == NULL);
    if (!contains(get("/error/message"), problem))
        FAIL("the message does not say: %s", problem);
}

/* Runs the command in the last message, and returns its output. `further` are
 * arguments that avoid a prompt. */
static const char *follow_advice(const char *made, const char *further)
{
    char command[512], contents[8192];
    const char *start = strstr(get("/error/message"), "'openssl ");
    FILE *file;
    size_t length;

    CHECK(start != NULL);
    snprintf(command, sizeof command, "%.*s %s 2>advice.log", (int)strcspn(start + 1, "'"),
             start + 1, further);
    remove(made);
    if (system(command) != 0)
        FAIL("%s failed", command);
    file = fopen(made, "rb");
    CHECK(file != NULL);
    length = fread(contents, 1, sizeof contents - 1, file);
    contents[length] = '\0';
    fclose(file);
    return copy(contents);
}

static void an_rsa_key_is_refused(void)
{
    refuse(openssl("genrsa 2048"), "unsupported_private_key", "RSA");
    refuse(openssl("genrsa -traditional 2048"), "unsupported_private_key", "RSA");
}

static void a_key_on_another_curve_is_refused(void)
{
    refuse(openssl("ecparam -genkey -noout -name secp384r1"), "unsupported_private_key",
           "another curve");
    refuse(openssl("ecparam -genkey -noout -name secp256k1"), "unsupported_private_key",
           "another curve");
    refuse(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1"),
           "unsupported_private_key", "another curve");
    refuse(openssl("genpkey -algorithm ED25519"), "unsupported_private_key",
           "another algorithm");
}

static void a_public_key_is_refused(void)
{
    const char *public_key;

    write_file("pkcs8.pem", pkcs8());
    public_key = openssl("ec -in pkcs8.pem -pubout");
    refuse(public_key, "public_key_given", "public key");
    refuse(openssl("req -x509 -new -key pkcs8.pem -subj /CN=a"), "invalid_private_key",
           "CERTIFICATE");
    refuse(text("%s%s", openssl("ecparam -name prime256v1"), public_key), "public_key_given",
           "public key");
    refuse("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI me@here", "public_key_given",
           "public key of OpenSSH");
}

static void an_encrypted_key_is_refused(void)
{
    const char *key = copy(pkcs8());
    const char *commands[] = {
        "pkcs8 -topk8 -in pkcs8.pem -passout pass:secret",
        "ec -in pkcs8.pem -aes128 -passout pass:secret",
    };
    size_t i;

    write_file("pkcs8.pem", key);
    for (i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *encrypted = openssl(commands[i]);

        setenv("LOGINID_PRIVATE_KEY", key, 1);
        refuse(encrypted, "encrypted_private_key", "passphrase");
        refuse(replace(encrypted, "\n", " "), "encrypted_private_key", "passphrase");
        write_file("key.pem", encrypted);
        accept(follow_advice("plain.pem", "-passin pass:secret"));
    }
}

/* The command in the message converts it to the PEM of a P-256 key. */
static void another_format_of_a_key_is_named_with_the_command_that_converts_it(void)
{
    const char *key = copy(pkcs8());

    write_file("pkcs8.pem", key);
    openssl("pkey -in pkcs8.pem -outform DER -out key.der && echo made");
    refuse_file("key.der", "unsupported_private_key", "DER");
    accept(follow_advice("key.pem", ""));
    openssl("ec -in pkcs8.pem -outform DER -out key.der && echo made");
    refuse_file("key.der", "unsupported_private_key", "DER");
    accept(follow_advice("key.pem", ""));

    write_file("a.pem", openssl("req -x509 -new -key pkcs8.pem -subj /CN=a"));
    openssl("pkcs12 -export -inkey pkcs8.pem -in a.pem -passout pass:secret -out key.p12 && echo made");
    refuse_file("key.p12", "unsupported_private_key", "PKCS#12");
    accept(follow_advice("key.pem", "-passin pass:secret"));

    refuse("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\",\"d\":\"\"}",
           "unsupported_private_key", "JWK");
    write_file("empty.pem", "\n");
    refuse_file("empty.pem", "invalid_private_key", "empty");
    write_file("utf16.pem", "\xff\xfe-");
    refuse_file("utf16.pem", "invalid_private_key", "UTF-16");
}

static void explicit_curve_parameters_are_named_in_the_error(void)
{
    write_file("pkcs8.pem", pkcs8());
    write_file("key.pem", openssl("ec -in pkcs8.pem -param_enc explicit"));
    refuse_file("key.pem", "unsupported_private_key", "explicit parameters");
    accept(follow_advice("named.pem", ""));
    write_file("explicit.pem", openssl("ec -in pkcs8.pem -param_enc explicit"));
    write_file("key.pem", openssl("pkcs8 -topk8 -nocrypt -in explicit.pem"));
    refuse_file("key.pem", "unsupported_private_key", "explicit parameters");
    accept(follow_advice("named.pem", ""));
}

static void an_openssh_key_is_named_with_the_command_that_converts_it(void)
{
    if (system("command -v ssh-keygen >ssh.log 2>&1") != 0) {
        const char *ci = getenv("CI");
        CHECK(ci == NULL || strcmp(ci, "true") != 0);
        puts("skipped: ssh-keygen is not installed");
        return;
    }
    CHECK(system("ssh-keygen -q -t ecdsa -b 256 -N '' -f key >ssh.log 2>&1") == 0);
    refuse_file("key", "unsupported_private_key", "'ssh-keygen -p -m PKCS8 -f key'");
    CHECK(system("ssh-keygen -p -m PKCS8 -f key -N '' -P '' >ssh.log 2>&1") == 0);
    lid_client *client = client_from_json("{\"client_id\":\"a\",\"private_key_file\":\"key\"}");
    CHECK(client != NULL);
}

static void a_text_with_a_damaged_block_or_two_keys_is_refused(void)
{
    const char *key = copy(pkcs8()), *certificate;

    write_file("pkcs8.pem", key);
    certificate = openssl("req -x509 -new -key pkcs8.pem -subj /CN=a");
    refuse(text("%s%s", key, replace(certificate, "-----END CERTIFICATE-----", "")), "invalid_private_key",
           "block 2 ('CERTIFICATE') is cut off");
    refuse(text("%s%s", replace(certificate, "MII", "M*I"), key), "invalid_private_key",
           "block 1 ('CERTIFICATE') is damaged");
    refuse(text("%s%s", key, openssl("genpkey -algorithm ED25519")), "invalid_private_key",
           "more than one private key");
}

static void garbage_is_refused(void)
{
    refuse("garbage", "invalid_private_key", "not PEM");
    refuse("-----BEGIN PRIVATE KEY-----", "invalid_private_key", "cut off");
    refuse("-----BEGIN PRIVATE KEY-----\nR2FyYmFnZQ==\n-----END PRIVATE KEY-----",
           "invalid_private_key", "damaged");
    refuse("-----BEGIN PRIVATE KEY-----\nNot/base64!!\n-----END PRIVATE KEY-----",
           "invalid_private_key", "base64");
    refuse("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "invalid_private_key",
           "damaged");
    refuse("/etc/ssl/key.pem", "invalid_private_key", "not PEM");
}

/* Only the newline of the last line may be missing. */
static void a_truncated_key_is_refused(void)
{
    const char *key = copy(pkcs8());
    size_t length;

    for (length = strlen(key) - 2; length > 0; length -= length > 20 ? 10 : 1) {
        char *cut = text("%.*s", (int)length, key);
        lid_client *client;
        ERROR(lid_new("a", cut, NULL, &client, &out), LID_ERROR_PRIVATE_KEY,
              "invalid_private_key");
        CHECK(client == NULL);
        CHECK(!shows_key_material(out, cut));
    }
    /* A line is missing in the middle. */
    refuse(replace(key, text("%.64s\n", strchr(key, '\n') + 1), ""), "invalid_private_key",
           "damaged");
}

static const struct test tests[] = {
    TEST(pkcs8_is_accepted_in_every_form),
    TEST(sec1_is_accepted_in_every_form),
    TEST(sec1_after_its_parameters_is_accepted),
    TEST(a_key_without_its_public_half_is_accepted),
    TEST(a_key_is_found_among_other_blocks),
    TEST(text_in_any_encoding_around_a_key_is_ignored),
    TEST(the_environment_may_hold_the_key_in_one_line),
    TEST(the_environment_may_name_the_keys_file),
    TEST(the_configuration_may_name_the_keys_file),
#ifdef F_SETLEASE
    TEST(a_keys_file_is_read_although_another_process_has_a_lease),
#endif
    TEST(an_rsa_key_is_refused),
    TEST(a_key_on_another_curve_is_refused),
    TEST(a_public_key_is_refused),
    TEST(an_encrypted_key_is_refused),
    TEST(another_format_of_a_key_is_named_with_the_command_that_converts_it),
    TEST(explicit_curve_parameters_are_named_in_the_error),
    TEST(an_openssh_key_is_named_with_the_command_that_converts_it),
    TEST(a_text_with_a_damaged_block_or_two_keys_is_refused),
    TEST(garbage_is_refused),
    TEST(a_truncated_key_is_refused),
};

TEST_MAIN(tests)
