<?php

declare(strict_types=1);

namespace Loginid\Tests;

/**
 * A user's device with one passkey. It answers as a browser does: with what
 * `PublicKeyCredential.toJSON()` is.
 */
final class PasskeyDevice
{
    private const ORIGIN = 'http://localhost';
    /** User present and verified. */
    private const FLAGS = "\x05";
    /** The same, with the key. */
    private const FLAGS_WITH_KEY = "\x45";

    private readonly \OpenSSLAsymmetricKey $key;
    private readonly string $id;

    public function __construct()
    {
        $this->key = \openssl_pkey_new(['private_key_type' => \OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        $this->id = \random_bytes(16);
    }

    /**
     * For `navigator.credentials.create()`.
     *
     * @param array<string, mixed> $options
     * @return array<string, mixed>
     */
    public function create(array $options): array
    {
        $data = self::data($options['rp']['id'], self::FLAGS_WITH_KEY) . $this->attested();
        $object = "\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58" . \chr(\strlen($data)) . $data;
        return $this->credential([
            'clientDataJSON' => self::clientData('create', $options),
            'attestationObject' => $object,
        ]);
    }

    /**
     * For `navigator.credentials.get()`.
     *
     * @param array<string, mixed> $options
     * @return array<string, mixed>
     */
    public function get(array $options): array
    {
        $clientData = self::clientData('get', $options);
        $data = self::data($options['rpId'], self::FLAGS);
        \openssl_sign($data . \hash('sha256', $clientData, true), $signature, $this->key, \OPENSSL_ALGO_SHA256);
        return $this->credential([
            'clientDataJSON' => $clientData, 'authenticatorData' => $data, 'signature' => $signature,
        ]);
    }

    /** @param array<string, mixed> $options */
    private static function clientData(string $kind, array $options): string
    {
        return \json_encode([
            'type' => "webauthn.$kind", 'challenge' => $options['challenge'], 'origin' => self::ORIGIN,
            'crossOrigin' => false,
        ]);
    }

    private static function data(string $rpId, string $flags): string
    {
        return \hash('sha256', $rpId, true) . $flags . "\0\0\0\0";
    }

    /** The id and the public key, as COSE has it. */
    private function attested(): string
    {
        ['x' => $x, 'y' => $y] = \openssl_pkey_get_details($this->key)['ec'];
        [$x, $y] = [\str_pad($x, 32, "\0", \STR_PAD_LEFT), \str_pad($y, 32, "\0", \STR_PAD_LEFT)];
        $cose = "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20$x\x22\x58\x20$y";
        return \str_repeat("\0", 16) . \pack('n', \strlen($this->id)) . $this->id . $cose;
    }

    /**
     * @param array<string, string> $response
     * @return array<string, mixed>
     */
    private function credential(array $response): array
    {
        $id = self::encode($this->id);
        return [
            'id' => $id, 'rawId' => $id, 'type' => 'public-key', 'authenticatorAttachment' => 'platform',
            'clientExtensionResults' => [], 'response' => \array_map(self::encode(...), $response),
        ];
    }

    /** base64url without padding. */
    private static function encode(string $bytes): string
    {
        return \rtrim(\strtr(\base64_encode($bytes), '+/', '-_'), '=');
    }
}
