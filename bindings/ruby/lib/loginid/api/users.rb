# frozen_string_literal: true

module Loginid
  module Api
    # Management calls about users.
    module Users
      # Returns the user's profile, or raises an ApiError with the code user_not_found.
      def get_user(username)
        call(:lid_get_user, username: username)
      end

      # Adds a user without a credential; returns the profile.
      def add_user_without_credentials(username)
        call(:lid_add_user_without_credentials, username: username)
      end

      # Lets a deactivated user log in again; returns the profile.
      def activate_user_by_id(user_id)
        call(:lid_activate_user_by_id, user_id: user_id)
      end

      # Prevents a user from logging in; returns the profile.
      def deactivate_user_by_id(user_id)
        call(:lid_deactivate_user_by_id, user_id: user_id)
      end

      # Deletes a user and all credentials.
      def delete_by_user_id(user_id)
        call(:lid_delete_by_user_id, user_id: user_id)
      end

      # Deletes a user and all credentials.
      def delete_by_username(username)
        call(:lid_delete_by_username, username: username)
      end

      # Makes the service send the user a mail to verify the address.
      def send_email_verification(user_id)
        call(:lid_send_email_verification, user_id: user_id)
      end
    end
  end
end
