<?php

/* libloginid's Composer package. Speaks the lines described in `benches/c/worker.h`, with one thread. */

declare(strict_types=1);

require __DIR__ . '/../../bindings/php/autoload.php';

$client = Loginid\Client::fromEnv();
$user = (string) getenv('BENCH_USER');
$token = (string) getenv('BENCH_TOKEN');
$operations = [
    'token' => fn () => $client->generateServiceToken('users.retrieve', $user),
    'verify' => fn () => $client->verifyToken($token, $user),
    'get_user' => fn () => $client->getUser($user),
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
