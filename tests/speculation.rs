//! Speculation and deoptimization, scenario by scenario.
//!
//! Every test runs a module by a script in all modes of the engine: interpreter, compiled at the
//! first call, at several thresholds, in the background, with guards that fail on purpose (all,
//! every second, third and seventh, and each one alone), without speculation, inlining and OSR,
//! and with memories that have no guard pages; with random guards that fail; in a second store of
//! the engine, and with the profile of an earlier run. What exits rebuild is compared with what the
//! interpreter has at the same moments, locals, operands, memories and all. See
//! `speculation/harness.rs`.
//!
//! | scenario | tests |
//! |---|---|
//! | 1 one target to megamorphic | `feedback::site_walks_from_one_target_to_many`, `..._in_an_exported_table`, `..._in_a_written_table` |
//! | 2 the same for references | `references::site_walks_from_one_target_to_many`, `references::known_references` |
//! | 3 two sites | `feedback::two_sites_fail_independently`, `references::two_sites_fail_independently` |
//! | 4 zeros are targets | `feedback::null_is_no_hit_at_an_unused_site`, `feedback::function_0_at_index_0_is_a_target` |
//! | 5 counts saturate | no way to set a count from outside: `interp/src/inline_cache.rs` |
//! | 6 site not executed before | `feedback::site_first_executed_in_compiled_code_is_called`, `sharing::site_never_executed_before_is_inlined_later` |
//! | 7 instances of a module | `feedback::instances_of_a_module_learn_together`, `sharing::second_store_starts_with_the_code_of_the_first`, `sharing::stores_share_their_failures`, `sharing::instances_with_other_elements_get_other_code` |
//! | 8 stale code of the worker | `compile::stale_code_of_the_worker`, `compile::worker_and_policy_come_to_rest`, `osr::loop_compiled_by_the_worker` |
//! | 9 flipping targets | `feedback::flipping_targets_cause_few_deopts`, `feedback::many_sites_fail_in_turn`, `references::flipping_targets_cause_few_deopts` |
//! | 10 limit of one site | `feedback::exhausted_site_does_not_spoil_its_neighbour`, `feedback::calls_without_a_target_use_up_no_exits`, `references::null_traps_at_the_call` |
//! | 11 recursion | `feedback::every_activation_of_a_recursion_deopts` |
//! | 12 lifetime of code | `feedback::withdrawn_code_is_returned_into` |
//! | 13 host and foreign targets | `targets::foreign_targets_are_called`, `targets::host_target_first`, `references::foreign_targets_are_called`, `references::host_target_first` |
//! | 14 same index, other instance | `targets::same_function_of_another_instance`, `references::same_function_of_another_instance` |
//! | 15 no target | `targets::no_target_traps_at_the_call`, `targets::no_target_traps_at_a_written_table`, `references::null_traps_at_the_call` |
//! | 16 subtypes | `references::indirect_calls_of_subtypes`, `references::first_call_as_a_supertype` |
//! | 17 unprepared, invalid, trapping target | `targets::targets_that_are_no_good`, `references::targets_that_are_no_good`, `metering::fuel_ends_an_endless_target` |
//! | 18 large, recursive | `targets::large_target_is_called`, `targets::function_inlined_into_itself`, `targets::mutual_recursion`, `references::recursion_by_reference` |
//! | 19 tables | `targets::two_tables`, `targets::constant_index_of_an_inlined_caller`, `references::table_without_null` |
//! | 20 every type, every frame | `state::values_of_every_type_in_three_frames`, `references::references_in_three_frames` |
//! | 21 upper halves | `state::narrow_values_have_clean_upper_halves` |
//! | 22 NaN | `state::nan_payloads_and_negative_zeros` |
//! | 23 constants, copies, dead locals | `state::folded_constants_and_shared_values`, `state::locals_that_compiled_code_does_not_need` |
//! | 24 overwritten parameter | `state::parameter_overwritten_in_the_callee` |
//! | 25 locals not set yet | `references::references_in_three_frames` |
//! | 26 many values | `state::more_values_than_registers`, `state::a_thousand_locals`, `state::too_many_locals_stay_in_the_interpreter`, `state::frames_too_large_to_be_rebuilt_together` |
//! | 27 several values | `state::many_arguments_and_results`, `state::a_thousand_arguments_and_results`, `state::block_parameters` |
//! | 28 heights of blocks | `state::operands_below_nested_blocks`, `state::return_over_operands_in_the_callee` |
//! | 32 depth 1 to 6 | `nested::exit_at_each_depth`, `nested::exit_at_each_depth_by_reference` (a seventh level is not guarded) |
//! | 33 forms of calls | all of `forms` |
//! | 34 tail call in an inlinee | `nested::tail_caller_has_no_frame` |
//! | 35 indirect tail call | `nested::indirect_tail_call_meets_new_targets` |
//! | 36 state machine | `nested::tail_calls_in_constant_stack`, `references::tail_calls_in_constant_stack` |
//! | 37 growing frame | `nested::tail_call_with_more_arguments` |
//! | 38 root tail-called away | `nested::compiled_function_is_tail_called_away` |
//! | 44 host errors | `nested::errors_pass_rebuilt_frames`, `nested::errors_pass_nested_activations`, `nested::panics_pass_rebuilt_frames`, `world::another_store_runs_in_a_host_call`, `world::instances_made_in_a_host_call` |
//! | 45 memory grows | `world::memory_grows_in_the_callee` |
//! | 46 several memories | `world::exit_between_accesses_to_two_memories` |
//! | 47 trap in an inlinee | `world::trap_in_an_inlined_callee` |
//! | 48 table written | `world::table_written_just_before_the_call`, `..._between_calls`, `..._below_waiting_code`, `..._by_the_target_in_a_loop` |
//! | 49 globals, imports | `world::globals_change_around_the_call`, `world::imported_memory_table_and_global` |
//! | nothing is written | `constants::globals_that_nobody_writes`, `constants::memories_that_cannot_grow`, `constants::same_elements_are_written_again` |
//! | 51 effects before the guard | `world::effects_before_the_guard_happen_once` |
//! | 52 dropped segments | `world::segments_dropped_behind_an_exit` |
//! | 53 end of the stack | `stack::exit_near_the_end_of_the_stack`, `stack::endless_recursion_across_tiers`, `stack::entries_and_exits_in_constant_stack` |
//! | 54 fuel, epochs | all of `metering`; every test consumes the same fuel in several modes |
//! | 56 backtraces | `world::backtraces_are_those_of_the_interpreter` |
//! | 58 OSR in nested loops | `osr::nested_loops_with_parameters`, `osr::loop_of_an_interpreted_callee`, `osr::values_of_every_type_at_the_entry`, `osr::start_function` |
//! | 59 two entries | `osr::code_for_the_entry_and_for_the_loop`, `osr::exit_behind_the_loop` |
//! | 60 first and last iteration | `osr::exit_in_each_iteration` |
//! | 61 interrupted compilation | `compile::store_dropped_while_the_worker_compiles`, `compile::stores_on_several_threads`; no room for code: all of `code_memory` |
//! | 62 failed compilation | `compile::functions_that_cannot_be_compiled`, `code_memory::limit_of_a_few_pages` |
//! | 63 new paths | `paths::paths_first_taken_in_compiled_code`, `references::branches_on_null_in_a_hot_loop` |
//! | arms never taken | all of `branches` |
//! | 65 bounds in loops | `paths::loop_that_leaves_the_memory` |
//! | 66 rare operands | `paths::rare_operands` |
//! | 67 constant values | `paths::values_that_were_always_the_same` |
//! | 68 profiles | `sharing::profile_of_an_earlier_run`; damaged and hostile ones: `tests/api/profile.rs` |
//! | 69 compilation hints | `tests/api/profile.rs` |
//! | 71 reproducible | `compile::runs_are_reproducible` |
//! | 72 many functions | `compile::many_functions_deopt_once` |
//! | 73 large function | `compile::exit_of_a_large_function` |
//! | vectors, which take two slots | `vectors::vectors_in_three_frames`, `vectors::vectors_at_the_entry_of_a_loop`, `vectors::tail_calls_between_functions_with_and_without_vectors`, `vectors::twenty_vectors`, and others there |
//! | functions of other instances, inlined | all of `foreign` |
//! | rare targets, phases | `sharing::rare_targets_are_called`, `sharing::megamorphic_site_becomes_monomorphic_again`, `sharing::new_looks_are_bounded` |
//! | 75 every deopt point | each test: every guard is made to fail alone |
//!
//! Left out, because the engine does not have what they are about: 29 to 31 and 64 (GC), 39 to 43
//! (exceptions), 50 and 55 (asynchronous interrupts, stack switching), 57 (stepping), 70 (machine
//! code is not serialized). 46 has no second thread here: `tests/api/shared_memory.rs` does. 74 is the fuzzer's, target
//! `deopt_stress`.

#![cfg(feature = "jit")]

#[path = "speculation/branches.rs"]
mod branches;
#[path = "speculation/code_memory.rs"]
mod code_memory;
#[path = "speculation/compile.rs"]
mod compile;
#[path = "speculation/constants.rs"]
mod constants;
#[path = "speculation/feedback.rs"]
mod feedback;
#[path = "speculation/foreign.rs"]
mod foreign;
#[path = "speculation/forms.rs"]
mod forms;
#[path = "speculation/harness.rs"]
mod harness;
#[path = "speculation/metering.rs"]
mod metering;
#[path = "speculation/nested.rs"]
mod nested;
#[path = "speculation/osr.rs"]
mod osr;
#[path = "speculation/paths.rs"]
mod paths;
#[path = "speculation/references.rs"]
mod references;
#[path = "speculation/run.rs"]
mod run;
#[path = "speculation/shadow.rs"]
mod shadow;
#[path = "speculation/sharing.rs"]
mod sharing;
#[path = "speculation/stack.rs"]
mod stack;
#[path = "speculation/state.rs"]
mod state;
#[path = "speculation/targets.rs"]
mod targets;
#[path = "speculation/vectors.rs"]
mod vectors;
#[path = "speculation/world.rs"]
mod world;
