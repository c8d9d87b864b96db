<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Result;

/** Management calls about users. */
trait Users
{
    /** Returns the user's profile, or throws an ApiException with the code user_not_found. */
    public function getUser(string $username): Result
    {
        return $this->call('lid_get_user', \compact('username'));
    }

    /** Adds a user without a credential; returns the profile. */
    public function addUserWithoutCredentials(string $username): Result
    {
        return $this->call('lid_add_user_without_credentials', \compact('username'));
    }

    /** Lets a deactivated user log in again; returns the profile. */
    public function activateUserById(string $userId): Result
    {
        return $this->call('lid_activate_user_by_id', \compact('userId'));
    }

    /** Prevents a user from logging in; returns the profile. */
    public function deactivateUserById(string $userId): Result
    {
        return $this->call('lid_deactivate_user_by_id', \compact('userId'));
    }

    /** Deletes a user and all credentials. */
    public function deleteByUserId(string $userId): Result
    {
        return $this->call('lid_delete_by_user_id', \compact('userId'));
    }

    /** Deletes a user and all credentials. */
    public function deleteByUsername(string $username): Result
    {
        return $this->call('lid_delete_by_username', \compact('username'));
    }

    /** Makes the service send the user a mail to verify the address. */
    public function sendEmailVerification(string $userId): Result
    {
        return $this->call('lid_send_email_verification', \compact('userId'));
    }
}
