<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The program of docs/php.md. */
final class DocsTest extends TestCase
{
    public function testTheProgramOfThePage(): void
    {
        \preg_match('/^```php\n(.*?)^```/ms', \file_get_contents(__DIR__ . '/../../../docs/php.md'), $found);
        $program = \str_replace('vendor/autoload.php', __DIR__ . '/../autoload.php', $found[1]);
        $process = \proc_open([\PHP_BINARY], [['pipe', 'r'], ['pipe', 'w']], $pipes);
        \fwrite($pipes[0], $program);
        \fclose($pipes[0]);
        $output = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $output);
        self::assertMatchesRegularExpression(
            '/\A[0-9a-f]{8}-.*\nnobody authorized the code\nuser_not_found, HTTP 404, request [0-9a-f]{8}-.*\n\z/',
            $output,
        );
    }

    public function testTheSettingsOfThePageAreThoseThatAreTested(): void
    {
        $page = \file_get_contents(__DIR__ . '/../../../docs/php.md');
        foreach (Preloading::settings() as $name => $value) {
            $end = \str_contains($value, '/') ? \preg_quote(\basename($value)) : '\S+';
            self::assertMatchesRegularExpression("~^$name = .*$end$~m", $page);
        }
    }
}
