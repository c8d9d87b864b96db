<?php

/* libloginid's Composer package, and what it is made of: a bare call by FFI, and the JSON of its result.
 * Speaks the lines described in `benches/c/worker.h`, with one thread. */

declare(strict_types=1);

require __DIR__ . '/../../bindings/php/autoload.php';

$client = Loginid\Client::fromEnv();
$user = (string) getenv('BENCH_USER');
$token = (string) getenv('BENCH_TOKEN');
$ffi = FFI::cdef(
    'int lid_new_from_env(void **client, char **out);
    int lid_generate_service_token(void *client, const char *scope, const char *username, const char *user_id,
        const char *nonce, char **out);
    int lid_verify_token(void *client, const char *token, const char *username, char **out);
    int lid_get_user(void *client, const char *username, char **out);
    void lid_free_string(char *text);',
    (string) getenv('LOGINID_LIBRARY'),
);
$bare = function (string $function, mixed ...$arguments) use ($ffi): string {
    $out = $ffi->new('char *');
    $status = $ffi->$function(...$arguments, ...[FFI::addr($out)]);
    $text = FFI::string($out);
    $ffi->lid_free_string($out);
    return $status === 0 ? $text : throw new RuntimeException($text);
};
$handle = $ffi->new('void *');
$bare('lid_new_from_env', FFI::addr($handle));
$bareToken = fn () => $bare('lid_generate_service_token', $handle, 'users.retrieve', $user, null, null);
$bareVerify = fn () => $bare('lid_verify_token', $handle, $token, $user);
$bareGetUser = fn () => $bare('lid_get_user', $handle, $user);
$tokenJson = $bareToken();
$verifyJson = $bareVerify();
$userJson = $bareGetUser();
$operations = [
    'token' => fn () => $client->generateServiceToken('users.retrieve', $user),
    'verify' => fn () => $client->verifyToken($token, $user),
    'get_user' => fn () => $client->getUser($user),
    'bare_token' => $bareToken,
    'bare_verify' => $bareVerify,
    'bare_get_user' => $bareGetUser,
    'json_token' => fn () => json_decode($tokenJson, true),
    'json_verify' => fn () => json_decode($verifyJson, true),
    'json_get_user' => fn () => json_decode($userJson, true),
];

/** The processor time of this process in nanoseconds. */
function processorTime(): int
{
    $usage = getrusage();
    $seconds = $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'];
    return ($seconds * 1_000_000 + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) * 1000;
}

while (($line = fgets(STDIN)) !== false) {
    [, $name, $count] = explode(' ', trim($line));
    $operation = $operations[$name];
    $wall = hrtime(true);
    $processor = processorTime();
    try {
        for ($i = 0; $i < (int) $count; $i++) {
            $operation();
        }
    } catch (Throwable $error) { // whatever it is, the harness reports it
        echo "error {$error->getMessage()}\n";
        continue;
    }
    echo 'ok ', hrtime(true) - $wall, ' ', processorTime() - $processor, "\n";
}
