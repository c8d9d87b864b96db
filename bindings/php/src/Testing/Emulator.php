<?php

declare(strict_types=1);

namespace Loginid\Testing;

use Composer\InstalledVersions;
use Loginid\Client;
use Loginid\NonCopyable;
use Loginid\Result;
use Loginid\V2;
use Loginid\Warnings;

/**
 * For the tests of programs: an emulator of both services on this machine, in a process of its
 * own. No account and no network is needed. The program `loginid-emulator` is the one that the
 * variable LOGINID_EMULATOR names, else that of the package loginid/emulator, else the one in the
 * PATH.
 */
final class Emulator
{
    use NonCopyable;

    /**
     * Prints the environment, each variable ended by a NUL, and another NUL; runs until its input
     * ends, as it does when this process ends, also if it is killed.
     */
    private const SCRIPT = "env -0 && printf '\\0' && exec cat";

    /**
     * What fromEnv() of the clients reads, and LOGINID_EMULATOR_URL.
     *
     * @var array<string, string>
     */
    public readonly array $variables;

    /** The address of the emulator. */
    public readonly string $url;

    private readonly int $owner;

    /**
     * @param array<string, string> $environment
     * @param ?resource $process
     * @param array<int, resource> $pipes
     */
    private function __construct(array $environment, private $process = null, private array $pipes = [])
    {
        $ours = static fn (string $name): bool => \str_starts_with($name, 'LOGINID_');
        $this->variables = \array_filter($environment, $ours, \ARRAY_FILTER_USE_KEY);
        $this->url = ($this->variables['LOGINID_EMULATOR_URL'] ?? '') ?: throw new \RuntimeException(
            'there is no emulator: run this program with loginid-emulator exec',
        );
        $this->owner = \getmypid();
    }

    /**
     * Starts an emulator, which runs until close(), or until this object or this process ends.
     *
     * @param string ...$options those of the program, for example `--tls`
     */
    public static function start(string ...$options): self
    {
        $program = \getenv('LOGINID_EMULATOR') ?: self::packagedProgram() ?? 'loginid-emulator';
        $problems = \tmpfile()
            ?: throw new \RuntimeException("$program did not start: there is no temporary file for its messages");
        $command = [$program, 'exec', ...$options, '--', 'sh', '-c', self::SCRIPT];
        $pipes = [];
        [$process, $warnings] = Warnings::of(static function () use ($command, $problems, &$pipes): mixed {
            return \proc_open($command, [['pipe', 'r'], ['pipe', 'w'], $problems], $pipes);
        });
        $printed = '';
        while ($process !== false && !\str_ends_with($printed, "\0\0") && !\feof($pipes[1])) {
            $printed .= \fread($pipes[1], 65536);
        }
        if (!\str_ends_with($printed, "\0\0")) {
            $status = $process === false ? null : \proc_close($process);
            \rewind($problems);
            // Newer versions of PHP find out before there is a process.
            throw new \RuntimeException($status === 127 || \str_ends_with($warnings, 'No such file or directory')
                ? "there is no program $program. LOGINID_EMULATOR may name it, else it is that of the package "
                    . 'loginid/emulator, else it is in the PATH. Install it: composer require --dev loginid/emulator'
                : "$program did not start: " . ($warnings ?: \trim(\stream_get_contents($problems))));
        }
        $environment = [];
        foreach (\explode("\0", \rtrim($printed, "\0")) as $variable) {
            [$name, $environment[$name]] = \explode('=', $variable, 2);
        }
        return new self($environment, $process, $pipes);
    }

    /** The program of the package loginid/emulator, if Composer has installed it. */
    private static function packagedProgram(): ?string
    {
        if (!\class_exists(InstalledVersions::class) || !InstalledVersions::isInstalled('loginid/emulator')) {
            return null;
        }
        return InstalledVersions::getInstallPath('loginid/emulator') . '/loginid-emulator';
    }

    /** The emulator that `loginid-emulator exec` has started for this program. */
    public static function current(): self
    {
        return new self(\getenv());
    }

    /**
     * Sets the variables of this process, so that fromEnv() of the clients uses the emulator. Other
     * variables of LoginID's, such as those of a real application, are removed.
     */
    public function useEnvironment(): void
    {
        $removed = \array_diff_key(\getenv(), $this->variables);
        foreach (\array_keys($removed) as $name) {
            if (\str_starts_with($name, 'LOGINID_')) {
                \putenv($name);
                unset($_ENV[$name], $_SERVER[$name]);
            }
        }
        foreach ($this->variables as $name => $value) {
            \putenv("$name=$value");
            $_ENV[$name] = $_SERVER[$name] = $value; // what frameworks read
        }
    }

    /** A client with all rights. */
    public function client(): Client
    {
        return Client::withConfig($this->config([
            'client_id' => 'LOGINID_CLIENT_ID',
            'private_key' => 'LOGINID_PRIVATE_KEY',
            'base_url' => 'LOGINID_BASE_URL',
        ]));
    }

    /** A client of the current service with all rights. */
    public function v2Client(): V2\Client
    {
        return V2\Client::withConfig($this->config([
            'base_url' => 'LOGINID_V2_BASE_URL',
            'api_key' => 'LOGINID_V2_API_KEY',
            'application_id' => 'LOGINID_V2_APPLICATION_ID',
        ]));
    }

    /**
     * A user of the current service logs in with a passkey, as on a page. A new user signs up.
     *
     * @return Result<array{jwtAccess: string, userId: string, deviceId: string, passkeyId: string, ...}>
     *     the answer that the page gets
     */
    public function logIn(string $username): Result
    {
        return $this->control('POST', 'v2/users/' . \rawurlencode($username) . '/login');
    }

    /**
     * A user of the current service confirms a transaction, as on a page.
     *
     * @return Result<array{token: string, ...}> the answer that the page gets
     */
    public function confirmTx(string $username, string $txPayload, string $nonce): Result
    {
        return $this->control('POST', 'v2/tx/confirm', \compact('username', 'txPayload', 'nonce'));
    }

    /** The last one-time code that a user of the current service was sent. */
    public function sentCode(string $username): string
    {
        return $this->control('GET', 'v2/otp?' . \http_build_query(['username' => $username]))['code'];
    }

    /** Deletes users, faults and recorded requests: call it before each test. */
    public function reset(): void
    {
        $this->control('POST', 'reset');
    }

    /**
     * Uses the control API, which emulator/README.md describes: it acts for users and their
     * devices, and makes faults.
     *
     * @param string $path what follows /_emulator/
     * @param array<string, mixed> $body
     */
    public function control(string $method, string $path, array $body = []): Result
    {
        $headers = ['Content-Type: application/json'];
        if (isset($this->variables['LOGINID_EMULATOR_TOKEN'])) {
            $headers[] = "Authorization: Bearer {$this->variables['LOGINID_EMULATOR_TOKEN']}";
        }
        $http = ['method' => $method, 'header' => $headers, 'ignore_errors' => true, 'timeout' => 60];
        if ($method !== 'GET') {
            $http['content'] = \json_encode((object) $body, \JSON_THROW_ON_ERROR);
        }
        $ssl = \array_filter(['cafile' => $this->variables['LOGINID_CA_FILE'] ?? null]);
        $context = \stream_context_create(\compact('http', 'ssl'));
        $address = "$this->url/_emulator/$path";
        [$stream, $warnings] = Warnings::of(static fn (): mixed => \fopen($address, 'r', false, $context));
        if ($stream === false) {
            throw new \RuntimeException("no answer of the emulator: $warnings");
        }
        [$status] = \stream_get_meta_data($stream)['wrapper_data'];
        $answer = \stream_get_contents($stream);
        if (!\str_contains($status, ' 2')) {
            throw new \RuntimeException("the emulator refuses $method $path: $status $answer");
        }
        return new Result($answer ?: '{}');
    }

    /** Ends the emulator that this object has started. It may be called more than once. */
    public function close(): void
    {
        if ($this->process === null || \getmypid() !== $this->owner) { // a forked child
            return;
        }
        // First: a signal handler may call this too.
        [$process, $this->process] = [$this->process, null];
        \proc_terminate($process);
        \array_map(\fclose(...), $this->pipes);
        \proc_close($process);
    }

    public function __destruct()
    {
        $this->close();
    }

    /**
     * @param array<string, string> $fields the variables of fields
     * @return array<string, ?string>
     */
    private function config(array $fields): array
    {
        $value = fn (string $name): ?string => $this->variables[$name] ?? null;
        return \array_map($value, [...$fields, 'ca_file' => 'LOGINID_CA_FILE']);
    }
}
