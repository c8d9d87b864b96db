<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Result;
use Loginid\V2\Client;

/** The programs of docs/php.md. */
final class DocsTest extends TestCase
{
    private const PAGE = __DIR__ . '/../../../docs/php.md';

    public function testTheProgramsOfThePage(): void
    {
        [$backend, , $program] = self::programs();
        self::assertMatchesRegularExpression(
            '/\A[0-9a-f]{8}-.*\nnobody authorized the code\nuser_not_found, HTTP 404, request [0-9a-f]{8}-.*\n\z/',
            self::output($program),
        );
        self::assertMatchesRegularExpression(
            "/\\Aa session for ada@example.com, whose id is \\w+\\nAda's phone\\npaid\\n"
            . '.* \(not_found, request [0-9a-f]{8}-[-0-9a-f]+\)\nalready gone\n\z/',
            self::output($backend),
        );
    }

    public function testTheKeySetIsSavedAndGivenAsThePageSays(): void
    {
        $page = \file_get_contents(self::PAGE);
        \preg_match('/^```sh\n(curl .*)\n```\n\n```php\n(.*?)^```/ms', $page, $found);
        $folder = \sys_get_temp_dir() . '/loginid-docs-' . \bin2hex(\random_bytes(6));
        \mkdir($folder);
        $token = Emulator::current()->logIn('ada')['jwtAccess'];
        $verify = "echo \$client->verifyToken('$token')['claims']['username'];";
        $fetches = static fn (): int => \count(\array_keys(
            \array_column(Emulator::requests(), 'path'),
            '/fido2/v2/.well-known/jwks.json',
            true,
        ));
        try {
            \exec('cd ' . \escapeshellarg($folder) . " && $found[1]", $lines, $status);
            self::assertSame([0, 1], [$status, $fetches()]);
            self::assertSame('ada', self::output("<?php require 'vendor/autoload.php'; $found[2] $verify", $folder));
            self::assertSame(1, $fetches());
            // A new key is fetched.
            Emulator::post('v2/keys/rotate');
            $new = Emulator::current()->logIn('ada')['jwtAccess'];
            $verify = \str_replace($token, $new, $verify);
            self::assertSame('ada', self::output("<?php require 'vendor/autoload.php'; $found[2] $verify", $folder));
            self::assertSame(2, $fetches());
        } finally {
            \exec('rm -rf ' . \escapeshellarg($folder));
        }
    }

    public function testTheTestOfThePage(): void
    {
        $folder = \sys_get_temp_dir() . '/loginid-docs-' . \bin2hex(\random_bytes(6));
        \mkdir($folder);
        \file_put_contents("$folder/LoginTest.php", self::programs()[1]);
        $program = \getenv('LOGINID_EMULATOR') ?: \dirname(__DIR__, 3) . '/target/debug/loginid-emulator';
        $command = ['env', "LOGINID_EMULATOR=$program", 'phpunit', '--do-not-cache-result',
            '--bootstrap', __DIR__ . '/../autoload.php', $folder];
        \exec(\implode(' ', \array_map(\escapeshellarg(...), $command)), $lines, $status);
        \exec('rm -rf ' . \escapeshellarg($folder));
        self::assertSame(0, $status, \implode("\n", $lines));
        self::assertMatchesRegularExpression('/^OK \(3 tests, /', \end($lines));
    }

    /** Each call of the current service, with its parameters. */
    public function testThePageListsEveryCall(): void
    {
        \preg_match('/^\| call \| result \|.*?\n\n/ms', \file_get_contents(self::PAGE), $table);
        foreach ((new \ReflectionClass(Client::class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            if ((string) $method->getReturnType() !== Result::class) {
                continue;
            }
            $parameters = \array_map(
                static fn ($one) => $one->isOptional() ? "[\$$one->name]" : "\$$one->name",
                $method->getParameters(),
            );
            $call = "`$method->name(" . \implode(', ', $parameters) . ')`';
            self::assertStringContainsString($call, $table[0]);
        }
    }

    /** @return list<string> the programs of the page that are complete */
    private static function programs(): array
    {
        \preg_match_all('/^```php\n(<\?php\n.*?)^```/ms', \file_get_contents(self::PAGE), $found);
        return $found[1];
    }

    private static function output(string $program, ?string $folder = null): string
    {
        $program = \str_replace('vendor/autoload.php', __DIR__ . '/../autoload.php', $program);
        $process = \proc_open([\PHP_BINARY], [['pipe', 'r'], ['pipe', 'w']], $pipes, $folder);
        \fwrite($pipes[0], $program);
        \fclose($pipes[0]);
        $output = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $output);
        return $output;
    }

    public function testTheSettingsOfThePageAreThoseThatAreTested(): void
    {
        $page = \file_get_contents(self::PAGE);
        foreach (Preloading::settings() as $name => $value) {
            $end = \str_contains($value, '/') ? \preg_quote(\basename($value)) : '\S+';
            self::assertMatchesRegularExpression("~^$name = .*$end$~m", $page);
        }
    }
}
