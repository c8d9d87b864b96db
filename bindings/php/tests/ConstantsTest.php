<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\CodeType;
use Loginid\CredentialStatus;
use Loginid\ErrorCode;
use Loginid\Purpose;
use Loginid\V2;

/** The constants are what the service and the documentation say. */
final class ConstantsTest extends TestCase
{
    /** Codes of the services. */
    private const OTHERS = ['user_not_found', 'username_taken', 'unauthorized', 'bad_request', 'forbidden',
        'not_found'];

    public function testTheCodesOfTheLibraryAreThoseOfThePage(): void
    {
        $page = \file_get_contents(__DIR__ . '/../../../docs/errors.md');
        $codes = \array_diff(self::values(ErrorCode::class), self::OTHERS);
        self::assertGreaterThan(10, \count($codes));
        foreach ($codes as $code) {
            self::assertMatchesRegularExpression("/^\\| `$code` \\|/m", $page);
        }
    }

    public function testNamesSayWhatTheValuesAre(): void
    {
        $classes = [CodeType::class, Purpose::class, CredentialStatus::class, ErrorCode::class, V2\Scope::class,
            V2\UsernameType::class, V2\Action::class];
        foreach ($classes as $class) {
            $names = \array_map(\strtolower(...), \array_keys((new \ReflectionClass($class))->getConstants()));
            $values = \preg_replace(['/(?=[A-Z])/', '/:/'], '_', self::values($class));
            self::assertSame($names, \array_map(\strtolower(...), $values));
        }
    }

    public function testTheServiceTakesThem(): void
    {
        $user = $this->user();
        foreach (self::values(CodeType::class) as $type) {
            foreach (self::values(Purpose::class) as $purpose) {
                self::assertNotSame('', $this->client->generateCode($type, $purpose, username: $user)['code']);
            }
        }
        foreach (self::values(CredentialStatus::class) as $status) {
            $this->client->getCredentials($status, username: $user);
        }
        $v2 = V2\Client::fromEnv();
        foreach (self::values(V2\Scope::class) as $scope) {
            self::assertNotSame('', $v2->createGrant('ada', $scope)['token']);
        }
        self::assertSame(V2\Action::PROCEED, $v2->registerInit('ada')['action']);
        self::assertSame(V2\Action::FALLBACK, $v2->authenticateInit('nobody')['action']);
        foreach (self::values(V2\UsernameType::class) as $type) {
            $v2->sendOtpEmail('ada', $type);
        }
    }

    /**
     * @param class-string $class
     * @return list<string>
     */
    private static function values(string $class): array
    {
        return \array_values((new \ReflectionClass($class))->getConstants());
    }
}
