# frozen_string_literal: true

require_relative 'helper'

# A native client must outlive the calls that use it, and be freed once.
class HandleTest < Minitest::Test
  # Counts instead of freeing.
  class Pointer
    attr_reader :freed

    def free
      @freed = freed.to_i + 1
    end
  end

  def setup
    @pointer = Pointer.new
    @handle = Loginid.module_eval('Handle', __FILE__, __LINE__).new(@pointer, 'lid_', nil)
  end

  def test_closing_frees_once
    3.times { @handle.close }
    assert_equal 1, @pointer.freed
  end

  def test_closing_during_calls_frees_after_the_last
    @handle.use do
      Thread.new { @handle.use { @handle.close } }.join
      assert_nil @pointer.freed
      error = assert_raises(Loginid::InvalidArgumentError) { @handle.use { flunk } }
      assert_equal 'client_closed', error.code
    end
    assert_equal 1, @pointer.freed
  end

  def test_a_failed_call_is_finished
    assert_raises(IndexError) { @handle.use { raise IndexError } }
    @handle.close
    assert_equal 1, @pointer.freed
  end
end
