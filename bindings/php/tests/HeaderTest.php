<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Client;
use Loginid\Exception;
use Loginid\Handle;
use Loginid\Library;
use Loginid\Loginid;
use Loginid\V2;
use PHPUnit\Framework\TestCase as PhpUnitTestCase;

/** The binding against include/loginid_ffi.h: a C function that is not bound fails here. */
final class HeaderTest extends PhpUnitTestCase
{
    private const HEADER = __DIR__ . '/../../../include/loginid_ffi.h';

    /** Functions that are not a method of the same name of Client. */
    private const ELSEWHERE = [
        'lid_new' => [Client::class, '__construct'],
        'lid_new_management' => [Client::class, 'management'],
        'lid_new_with_config' => [Client::class, 'withConfig'],
        'lid_new_from_env' => [Client::class, 'fromEnv'],
        'lid_free' => [Handle::class, '__destruct'],
        'lid_with_options' => [Handle::class, 'derive'],
        'lid_free_string' => [Library::class, 'call'],
        'lid_set_log_callback' => [Handle::class, 'setLogCallback'],
        'lid_v2_new' => [V2\Client::class, '__construct'],
        'lid_v2_new_with_config' => [V2\Client::class, 'withConfig'],
        'lid_v2_new_from_env' => [V2\Client::class, 'fromEnv'],
        'lid_v2_free' => [Handle::class, '__destruct'],
        'lid_v2_with_options' => [Handle::class, 'derive'],
        'lid_v2_set_log_callback' => [Handle::class, 'setLogCallback'],
        'lid_cancel_new' => [Cancel::class, '__construct'],
        'lid_cancel_trigger' => [Cancel::class, 'trigger'],
        'lid_cancel_free' => [Cancel::class, '__destruct'],
        'lid_version' => [Loginid::class, 'version'],
        'lid_status_name' => [Loginid::class, 'statusName'],
        'lid_generate_key_pair' => [Loginid::class, 'generateKeyPair'],
        'lid_json_get' => [Loginid::class, 'jsonGet'],
    ];

    public function testThePackagesHeaderIsTheLibrarysWithItsName(): void
    {
        $added = "#define FFI_SCOPE \"LOGINID\"\n#define FFI_LIB \"libloginid.so.0\"\n";
        self::assertSame(
            $added . \file_get_contents(self::HEADER),
            \file_get_contents(__DIR__ . '/../loginid.h'),
            'run `make generate`',
        );
    }

    public function testPhpReadsTheHeaderUnchanged(): void
    {
        $ffi = \FFI::cdef(\file_get_contents(self::HEADER), \getenv('LOGINID_LIBRARY') ?: 'libloginid.so.0');
        self::assertSame(Loginid::version(), $ffi->lid_version());
    }

    public function testEveryFunctionIsCalledByAMethodOfItsName(): void
    {
        $functions = self::functions();
        self::assertGreaterThan(50, \count($functions), 'the header was not understood');
        foreach ($functions as $function) {
            if (self::isDocument($function)) {
                continue;
            }
            [$prefix, $owner] = \str_starts_with($function, 'lid_v2_')
                ? ['lid_v2_', V2\Client::class]
                : ['lid_', Client::class];
            $name = \substr($function, \strlen($prefix));
            [$class, $method] = self::ELSEWHERE[$function] ?? [$owner, self::camel($name)];
            self::assertTrue(\method_exists($class, $method), "$function has no method $class::$method");
            $reflection = new \ReflectionMethod($class, $method);
            $lines = \array_slice(
                \file($reflection->getFileName()),
                $reflection->getStartLine() - 1,
                $reflection->getEndLine() - $reflection->getStartLine() + 1,
            );
            // What both clients have is called with the prefix of the service.
            $called = "/\\b$function\\b|prefix\\b.*'$name'/si";
            self::assertMatchesRegularExpression($called, \implode('', $lines), "$class::$method");
        }
    }

    public function testEveryStatusHasItsOwnClass(): void
    {
        \preg_match_all('/^ +(LID_ERROR_\w+) = (\d+)/m', \file_get_contents(self::HEADER), $names);
        self::assertGreaterThanOrEqual(14, \count($names[1]));
        self::assertSame($names[1], \array_keys(Exception::CLASSES));
        foreach (Exception::CLASSES as $name => $class) {
            self::assertTrue(\is_subclass_of($class, Exception::class), $class);
            $numbers[] = (string) $class::local('code', 'message')->getCode();
            self::assertSame($name, $class::local('code', 'message')->getStatus());
        }
        self::assertSame($names[2], $numbers);
    }

    /** @return list<string> */
    private static function functions(): array
    {
        \preg_match_all('/\b(lid_\w+)\([^()]*\);/', \file_get_contents(self::HEADER), $names);
        return $names[1];
    }

    /** Whether it is for programs without a JSON library; PHP has its own. */
    private static function isDocument(string $function): bool
    {
        return \str_starts_with($function, 'lid_json_') && $function !== 'lid_json_get';
    }

    private static function camel(string $name): string
    {
        return \lcfirst(\str_replace('_', '', \ucwords($name, '_')));
    }
}
