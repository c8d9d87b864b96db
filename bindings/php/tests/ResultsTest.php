<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Exception\ResponseException;
use Loginid\Result;

/** Answers as PHP values: exactly the members that the library has checked. */
final class ResultsTest extends TestCase
{
    /** Values that a parser with objects, floats or numeric keys would change. */
    private const CLAIMS = '"username":"ada","UserName":"mallory","USERNAME":"mallory","ſub":"admin","":"no name",'
        . '"0":"zero","07":"seven","__proto__":{"username":"mallory"},"constructor":null,"\u0000u":"nul",'
        . '"number":123456789012345678901234567890,"other":9223372036854775808,"fraction":0.1000,"whole":1.0,'
        . '"empty":{},"list":[],"nested":{"1":{}}';

    public function testClaimsAreTheTokensOwn(): void
    {
        $now = \time();
        $claims = \sprintf('{"aud":"%s","iat":%d,"exp":%d,%s}', \getenv('LOGINID_CLIENT_ID'), $now, $now + 600, self::CLAIMS);
        $token = Emulator::post('tokens', ['claims_raw' => $claims])['token'];
        $verified = $this->client->verifyToken($token, 'ada');
        self::assertSame([
            'aud' => \getenv('LOGINID_CLIENT_ID'), 'iat' => $now, 'exp' => $now + 600, 'username' => 'ada',
            'UserName' => 'mallory', 'USERNAME' => 'mallory', 'ſub' => 'admin', '' => 'no name', '0' => 'zero',
            '07' => 'seven', '__proto__' => ['username' => 'mallory'], 'constructor' => null, "\0u" => 'nul',
            'number' => '123456789012345678901234567890', 'other' => '9223372036854775808', 'fraction' => 0.1,
            'whole' => 1.0, 'empty' => [], 'list' => [], 'nested' => [1 => []],
        ], $verified['claims']);
    }

    public function testObjectsAndArraysStayDifferent(): void
    {
        $json = '{"a":{},"b":[],"c":{"0":"x"},"d":[{}],"":{"e":[[]]}}';
        $result = $this->answered($json);
        self::assertSame($json, \json_encode($result));
        self::assertSame($json, \json_encode($result->toObject()));
        self::assertSame('{"0":"x"}', \json_encode($result->toObject()->c));
        self::assertSame(['a' => [], 'b' => [], 'c' => ['x'], 'd' => [[]], '' => ['e' => [[]]]], $result->toArray());
        // A result is sent as its original text.
        $this->client->onAttempt(null);
        try {
            $this->client->authenticateFido2Complete('ada', $result);
        } catch (\Loginid\Exception\ApiException) {
            // The service refused it, so the request has arrived.
        }
        self::assertStringContainsString($json, Emulator::lastRequest()->body_text);
    }

    public function testAnswersAreReadAsDeepAsTheLibraryAllows(): void
    {
        foreach ([99, 110, 128] as $depth) {
            self::assertSame(self::nested($depth), $this->answered(self::nested($depth))->toJson());
        }
        $this->thrown(ResponseException::class, fn () => $this->answered(self::nested(129), 9));
    }

    /** The library passes on members that it does not read. */
    public function testAnAnswerThatPhpCannotReadIsAResponseException(): void
    {
        $call = fn () => $this->answered('{"token":"canary","a":"\ud800"}');
        $exception = $this->thrown(ResponseException::class, $call);
        self::assertSame(['LID_ERROR_RESPONSE', 'invalid_response'], [$exception->getStatus(), $exception->getErrorCode()]);
        self::assertStringNotContainsString('canary', (string) $exception);
        $result = $this->answered('{"\u0000a":1}');
        self::assertSame(["\0a" => 1], $result->toArray());
        $this->thrown(ResponseException::class, fn () => $result->toObject());
    }

    private function answered(string $body, int $times = 1): Result
    {
        Emulator::fault('/manage/users/retrieve', ['kind' => 'status', 'code' => 200, 'body' => $body], $times);
        return $this->client->getUser('ada');
    }

    private static function nested(int $depth): string
    {
        return \sprintf('{"a":%s%s}', \str_repeat('[', $depth - 1), \str_repeat(']', $depth - 1));
    }
}
