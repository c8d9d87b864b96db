<?php

declare(strict_types=1);

namespace Loginid;

use FFI;
use FFI\CData;
use Loginid\Exception\InternalException;

/**
 * A switch that ends Client::waitCode(), which then throws a
 * CancelledException. It stays triggered. A PHP program without threads
 * can trigger it only before the wait: a call in C blocks everything else.
 */
final class Cancel
{
    use NonCopyable;

    private readonly CData $switch;

    public function __construct()
    {
        $switch = Library::ffi()->lid_cancel_new();
        if ($switch === null || FFI::isNull($switch)) {
            throw InternalException::local('out_of_descriptors', 'no file descriptor is left');
        }
        $this->switch = $switch;
    }

    public function __destruct()
    {
        if (isset($this->switch)) {
            Library::ffi()->lid_cancel_free($this->switch);
        }
    }

    public function trigger(): void
    {
        Library::ffi()->lid_cancel_trigger($this->switch);
    }

    /** @internal */
    public function native(): CData
    {
        return $this->switch;
    }
}
