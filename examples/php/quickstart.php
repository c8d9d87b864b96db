<?php

// The calls of the package, one after the other. `make test-php` runs it against
// an emulator of the LoginID service.

declare(strict_types=1);

use Loginid\Client;
use Loginid\Exception\ApiException;
use Loginid\Exception\ClaimMismatchException;
use Loginid\Loginid;
use Loginid\Result;
use Loginid\Testing\Emulator;

// With Composer: require 'vendor/autoload.php';
require __DIR__ . '/../../bindings/php/autoload.php';

const USER = 'ada@example.com';
const PURPOSE = 'temporary_authentication';
const PAYLOAD = 'Pay 10.00 EUR to Grace';

/** Stops the program when something is not as expected. */
function expect(bool $asExpected, string $what): void
{
    if (!$asExpected) {
        fwrite(STDERR, "FAILED: $what\n");
        exit(1);
    }
}

/** Prints a step and its result. */
function step(string $what, Result $result): Result
{
    printf("%-26s %s\n", $what, $result->toJson());
    return $result;
}

/** A code on one device, confirmed on another, logs the user in. */
function logInWithCode(Client $client): void
{
    $code = step('generateCode', $client->generateCode('short', PURPOSE, username: USER))['code'];
    // In a web application one request waits while another one authorizes.
    step('authorizeCode', $client->authorizeCode($code, 'short', PURPOSE, username: USER));
    $response = step('waitCode', $client->waitCode(USER, $code, 'short', timeout: 10));
    $verified = step('verifyToken', $client->verifyToken($response['jwt'], USER));
    expect($verified['claims']['udata'] === USER, 'the token is the user\'s');
    step('invalidateAllCodes', $client->invalidateAllCodes('short', PURPOSE, username: USER));
}

function manageCredentials(Client $client, Emulator $device): void
{
    $device->control('POST', 'users/' . USER . '/credentials', ['type' => 'fido2', 'name' => 'phone']);
    $list = step('getCredentials', $client->getCredentials(status: 'active', username: USER));
    $uuid = $list['credentials'][0]['uuid'];
    $renamed = step('renameCredential', $client->renameCredential($uuid, 'work phone', username: USER));
    expect($renamed['credential']['name'] === 'work phone', 'the new name');
    $revoked = step('revokeCredential', $client->revokeCredential($uuid, username: USER));
    expect($revoked['credential']['status'] === 'revoked', 'the credential is revoked');
}

function confirmTransaction(Client $client, Emulator $device): void
{
    $tx = step('createTx', $client->createTx(PAYLOAD, USER));
    $jwt = $device->control('POST', "tx/$tx[id]/confirm", ['username' => USER])['jwt'];
    step('verifyTransaction', $client->verifyTransaction($jwt, PAYLOAD, $tx['nonce']));

    // The same token does not confirm anything else.
    try {
        $client->verifyTransaction($jwt, 'Pay 99.00 EUR', $tx['nonce']);
        expect(false, 'another payload is refused');
    } catch (ClaimMismatchException $exception) {
        printf("%-26s %s\n", 'another payload', $exception->getMessage());
    }
}

printf("libloginid %s\n", Loginid::version());
$client = Client::fromEnv();
$device = Emulator::current(); // in place of the user's device
step('addUser', $client->addUserWithoutCredentials(USER));
$user = step('getUser', $client->getUser(USER));
expect($user['username'] === USER, 'the user\'s name');

logInWithCode($client);
manageCredentials($client, $device);
confirmTransaction($client, $device);

step('deactivateUserById', $client->deactivateUserById($user['id']));
step('activateUserById', $client->activateUserById($user['id']));
step('deleteByUserId', $client->deleteByUserId($user['id']));

// An example of an error.
try {
    $client->getUser(USER);
    expect(false, 'an error for a deleted user');
} catch (ApiException $exception) {
    expect($exception->getErrorCode() === 'user_not_found', $exception->getJson());
    printf("%-26s %s\n", $exception->getStatus(), $exception->getJson());
}
echo "Everything was as expected.\n";
