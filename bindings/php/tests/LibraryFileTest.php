<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Loginid;

/** A library that does not fit is refused in one sentence, the same in all languages. */
final class LibraryFileTest extends TestCase
{
    private const ROOT = __DIR__ . '/../../..';
    private const PROGRAM = <<<'PHP'
        require $argv[1];
        set_error_handler(fn () => true); // as frameworks have one
        try {
            Loginid\Loginid::version();
        } catch (Loginid\Exception\ConfigException $exception) {
            echo $exception->toArray()['message'], ' ', $exception->getErrorCode();
        }
        PHP;

    private string $folder;
    /** @var array<string, mixed> */
    private array $texts;

    protected function setUp(): void
    {
        parent::setUp();
        $this->texts = \json_decode(\file_get_contents(self::ROOT . '/bindings/library.json'), true);
        $this->folder = \sys_get_temp_dir() . '/loginid-misfit-' . \bin2hex(\random_bytes(6));
        \mkdir($this->folder);
        $this->shell(self::ROOT . "/tests/support/misfit-libraries $this->folder");
    }

    protected function tearDown(): void
    {
        $this->shell("rm -r $this->folder");
    }

    public function testAFileThatDoesNotFit(): void
    {
        self::assertGreaterThan(7, \count($this->texts['files']));
        foreach ($this->texts['files'] as $name => $reason) {
            $path = "$this->folder/$name";
            $printed = $this->printed(['LOGINID_LIBRARY' => $path]);
            self::assertSame($this->expected($path, $reason, 'advice'), $printed);
        }
    }

    public function testAFileThatPhpCannotRead(): void
    {
        $reasons = [
            \str_repeat('a', 256) . '.so' => 'it cannot be read: File name too long',
            "\xFF.so" => $this->texts['files']['missing.so'],
        ];
        foreach ($reasons as $name => $reason) {
            $path = "$this->folder/$name";
            self::assertSame($this->expected($path, $reason, 'advice'), $this->printed(['LOGINID_LIBRARY' => $path]));
        }
        // It is there, and open_basedir hides it from PHP, but not from FFI.
        $path = "$this->folder/text.so";
        $options = ['-d', 'open_basedir=' . \dirname(__DIR__)];
        $printed = $this->printed(['LOGINID_LIBRARY' => $path], options: $options);
        $reason = 'FFI does not say why, and open_basedir keeps PHP from reading it';
        self::assertSame($this->expected($path, $reason, 'advice'), $printed);
        // /proc too.
        $options = ['-d', 'open_basedir=' . \dirname(__DIR__) . ":$this->folder"];
        $printed = $this->printed(['LOGINID_LIBRARY' => $path], options: $options);
        self::assertSame($this->expected($path, $this->texts['files']['text.so'], 'advice'), $printed);
    }

    public function testALibraryThatTheLoaderDoesNotFind(): void
    {
        $printed = $this->printed(['LOGINID_LIBRARY' => '', 'LD_LIBRARY_PATH' => '']);
        self::assertSame($this->expected('libloginid.so.0', $this->texts['not_found'], 'advice'), $printed);
    }

    public function testAPackageWhoseLibraryDoesNotFit(): void
    {
        $package = "$this->folder/package";
        $source = __DIR__ . '/..';
        $this->shell("mkdir -p $package/lib && cp -r $source/src $source/autoload.php $source/loginid.h $package"
            . " && cp $this->folder/s390x.so $package/lib/libloginid.so.0");
        // The variable is for packages without a library.
        $printed = $this->printed([], ["$package/autoload.php"]);
        $library = "$package/lib/libloginid.so.0";
        $reason = $this->texts['files']['s390x.so'];
        self::assertSame($this->expected($library, $reason, 'advice_of_a_package'), $printed);
        // Nor does it load another library if its own is lost.
        \unlink($library);
        $reason = $this->texts['files']['missing.so'];
        $printed = $this->printed([], ["$package/autoload.php"]);
        self::assertSame($this->expected($library, $reason, 'advice_of_a_package'), $printed);
    }

    public function testALibraryOfFfiPreloadThatDoesNotFit(): void
    {
        $header = \str_replace(
            'libloginid.so.0',
            "$this->folder/version-0.0.so",
            \file_get_contents(__DIR__ . '/../loginid.h'),
        );
        \file_put_contents("$this->folder/loginid.h", $header);
        $options = ['opcache.enable_cli' => '1'] + Preloading::settings(header: "$this->folder/loginid.h");
        $command = [];
        foreach ($options as $name => $value) {
            \array_push($command, '-d', "$name=$value");
        }
        $printed = $this->printed(['LOGINID_LIBRARY' => ''], [__DIR__ . '/../autoload.php'], $command);
        $reason = $this->texts['files']['version-0.0.so'];
        self::assertSame($this->expected('the library of ffi.preload', $reason, 'advice'), $printed);
    }

    /**
     * @param array<string, string> $environment
     * @param list<string> $arguments
     * @param list<string> $options
     */
    private function printed(array $environment, array $arguments = [__DIR__ . '/../autoload.php'], array $options = []): string
    {
        $command = [\PHP_BINARY, ...$options, '-r', self::PROGRAM, ...$arguments];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, $environment + \getenv());
        $printed = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $printed);
        return $printed;
    }

    private function expected(string $path, string $reason, string $advice): string
    {
        [$major, $minor] = \explode('.', Loginid::version());
        $values = ['{machine}' => \php_uname('m'), '{needed}' => "$major.$minor", '{next}' => $major + 1 . '.0'];
        return \strtr($this->texts['message'], [
            '{path}' => $path,
            '{reason}' => \strtr($reason, $values),
            '{advice}' => \strtr($this->texts[$advice], $values),
        ]) . ' library_unavailable';
    }

    private function shell(string $command): void
    {
        \exec("$command 2>&1", $output, $status);
        self::assertSame(0, $status, \implode("\n", $output));
    }
}
