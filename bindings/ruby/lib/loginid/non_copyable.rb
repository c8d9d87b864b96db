# frozen_string_literal: true

module Loginid
  # For objects that own native memory, which must not be copied.
  module NonCopyable
    # dup and clone.
    def initialize_copy(_other)
      raise TypeError, "a #{self.class} cannot be copied"
    end

    def marshal_dump
      raise TypeError, "a #{self.class} cannot be dumped"
    end

    # YAML.dump
    def encode_with(_coder)
      marshal_dump
    end
  end
  private_constant :NonCopyable
end
