<?php

// A backend of LoginID's current service: it verifies a login, begins a session, manages passkeys,
// confirms a transaction and deletes a user. `make test-php` runs it against an emulator of the
// service.

declare(strict_types=1);

use Loginid\ErrorCode;
use Loginid\Exception as LoginidException;
use Loginid\Testing\Emulator;
use Loginid\V2\Client;
use Loginid\V2\ClientInterface;

// With Composer: require 'vendor/autoload.php';
require __DIR__ . '/../../bindings/php/autoload.php';

const USER = 'ada@example.com';
const PAYLOAD = 'Pay 10.00 EUR to Grace';
// Of the transaction. A backend keeps it with the order that is to be confirmed.
const NONCE = 'order-4711-a8f3';

function fail(string $what): never
{
    fwrite(STDERR, "FAILED: $what\n");
    exit(1);
}

/** Stops the program when a call does not fail as it should. */
function refused(string $what, string $code, callable $call): void
{
    try {
        $call();
    } catch (LoginidException $exception) {
        if ($exception->getErrorCode() !== $code) {
            fail($exception->getJson());
        }
        printf("%-20s %s\n", $what, $exception->getMessage());
        return;
    }
    fail("$what was not refused");
}

/** The verified token says who the user is. Nothing else that the page sends does. Returns the id. */
function beginSession(ClientInterface $client, string $token): string
{
    $claims = $client->verifyToken($token)['claims'];
    printf("%-20s a session for %s\n", 'verifyToken', $claims['username'] ?? fail('no username'));
    return $claims['sub'] ?? fail('no sub');
}

/** By the user's name with a grant, which needs the API key, and by the user's token. */
function managePasskeys(ClientInterface $client, string $token): void
{
    $passkey = $client->listPasskeys(username: USER)['passkeys'][0] ?? fail('no passkey');
    $client->renamePasskey($passkey['id'], "Ada's phone", token: $token);
    $names = array_column($client->listPasskeys(token: $token)['passkeys'], 'name');
    if ($names !== ["Ada's phone"]) {
        fail(implode(', ', $names));
    }
    printf("%-20s %s is now %s\n", 'renamePasskey', $passkey['name'], $names[0]);
}

/** The page has confirmed the transaction and sends its token. */
function confirmTransaction(ClientInterface $client, string $token): void
{
    $client->verifyTransaction($token, PAYLOAD, NONCE, USER);
    printf("%-20s %s\n", 'verifyTransaction', PAYLOAD);
    $another = fn () => $client->verifyTransaction($token, 'Pay 99.00 EUR to Eve', NONCE, USER);
    refused('another payload', ErrorCode::TRANSACTION_HASH_MISMATCH, $another);
    // It confirms a payment, and logs nobody in.
    refused('a confirmation', ErrorCode::TOKEN_KIND_MISMATCH, fn () => $client->verifyToken($token));
}

$client = Client::fromEnv(); // LOGINID_V2_BASE_URL and LOGINID_V2_API_KEY
// In place of the page and the user's device. In production the page sends both tokens.
$page = Emulator::current();
$token = $page->logIn(USER)['jwtAccess'];
$userId = beginSession($client, $token);
managePasskeys($client, $token);
confirmTransaction($client, $page->confirmTx(USER, PAYLOAD, NONCE)['token']);
$client->deleteUser($userId);
refused('deleteUser', ErrorCode::NOT_FOUND, fn () => $client->deleteUser($userId));
echo "Everything was as expected.\n";
