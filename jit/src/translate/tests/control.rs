//! Shapes of control flow.

use super::{check, check_exits, request};

#[test]
fn blocks_and_branches() {
    check(
        "(module
(func (param i32) (result i32)
  block (result i32) i32.const 1 local.get 0 br_if 0 drop i32.const 2 end)
(func (param i32) (result i32 i64)
  local.get 0 i64.const 1
  block (param i32 i64) (result i32 i64)
    local.get 0 br_if 0
    drop drop i32.const 5 i64.const 6
  end)
(func (param i32) (result i32) local.get 0 if (result i32) i32.const 1 else i32.const 2 end)
(func (param i32) (result i32) i32.const 3 local.get 0 if (param i32) (result i32) end)
(func (param i32) (result i32)
  i32.const 3 local.get 0 if (param i32) (result i32) return end)
(func (param i32) local.get 0 if return else return end)
(func (param i32) (result i32) local.get 0 if (result i32) unreachable else i32.const 2 end)
(func (param i32) (result i32) local.get 0 if (result i32) i32.const 2 else unreachable end)
(func (param i32) (result i32) local.get 0 if unreachable else unreachable end i32.const 0)
(func (param i32) (result i32)
  block block block local.get 0 br_table 0 1 2 1 end i32.const 1 return end i32.const 2 return end
  i32.const 3)
(func (param i32) (result i32)
  block (result i32) block (result i32) i32.const 9 local.get 0 br_table 0 1 0 end
  i32.const 1 i32.add end)
(func (param i32) (result i32) i32.const 9 local.get 0 br_table 0)
(func (param i32) (result i32) local.get 0 i32.const 1 local.get 0 br_if 0 i32.add)
(func (result i32) i32.const 1 i32.const 2 br 0)
)",
    );
}

#[test]
fn unreachable_code() {
    check(
        "(module
(func unreachable block br 0 end)
(func (result i32) unreachable if (result i32) i32.const 1 else i32.const 2 end)
(func (result i32) block (result i32) unreachable i32.add end)
(func (result i32) i32.const 0 return loop br 0 end unreachable)
(func (result i64) block br 0 i32.add drop end i64.const 1)
(func (param i32) (result i32)
  loop (result i32) local.get 0 if br 1 end local.get 0 br 1 end)
(func (result i32) loop br 0 end i32.const 1)
(func loop loop br 1 end unreachable end)
(func (result i32) (local i32)
  block (result i32) i32.const 1 br 0 block (result i32) i32.const 1 i32.const 0 br_table 0 1 end drop drop end)
)",
    );
}

#[test]
fn loops() {
    check(
        "(module
(func (param i32) (result i32) (local i32)
  loop
    local.get 1 local.get 0 i32.add local.set 1
    local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
  end local.get 1)
(func (param i32) (result i32)
  i32.const 0 local.get 0
  loop (param i32 i32) (result i32)
    local.tee 0 i32.add
    local.get 0 i32.const 1 i32.sub local.tee 0
    local.get 0 br_if 0
    drop
  end)
(func (param i32 i64 f32 f64) (result i32)
  local.get 0 local.get 3
  loop
    block
      local.get 1 i64.eqz br_if 0
      local.get 2
      loop
        local.get 1 i64.const 1 i64.sub local.set 1
        local.get 1 i64.eqz br_if 2
        local.get 0 br_if 0
        local.get 0 br_table 0 1 2
      end
      drop
    end
    local.get 0 br_if 0
  end
  drop)
(func (param i32) (result i32)
  local.get 0 i32.const 2 i32.mul
  local.get 0
  if (param i32) (result i32)
    i32.const 10
    loop (param i32) (result i32) i32.const 1 i32.sub local.tee 0 local.get 0 br_if 0 end
    i32.add
  else
    i32.const 1 i32.add
  end)
)",
    );
}

// The state at a loop header that OSR code is entered at has an operand which every iteration of
// an outer loop replaces, and which a branch takes past the inner loop.
#[test]
fn osr_with_operands_below() {
    const WAT: &str = "(module
(func (param i32) (result i32)
  loop (result i32)
    local.get 0
    block
      local.get 0 i32.const 3 i32.and br_if 0
      loop
        local.get 0 i32.const 1 i32.sub local.tee 0 i32.const 5 i32.gt_s br_if 0
      end
    end
    local.get 0 i32.const 1 i32.sub local.tee 0 br_if 1
  end))";
    check(
        WAT.replace("br_if 1\n", "br_if 0 drop local.get 0\n")
            .as_str(),
    );
    let wat = WAT.replace("br_if 1\n", "i32.eqz if local.get 0 return end drop br 0\n");
    check(&wat);
    let mut request = request(&wat, 0);
    request.options.stress = true;
    let body = request.module.prepare(request.func).unwrap();
    request.osr = Some(body.loops[1].pc);
    check_exits(
        &request,
        "exit0 Stress: func0@0x2[locals=1 operands=0]
         exit1 Stress: func0@0x19[locals=1 operands=2]",
    );
}

// Under stress there is an exit at each loop header and before each call.
#[test]
fn stress_exits() {
    const WAT: &str = "(module
(func $f (param i32) (result i32)
  i32.const 4
  loop (param i32) (result i32)
    local.get 0 call $f i32.add
    local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
  end))";
    let mut request = request(WAT, 0);
    check_exits(&request, "");
    request.options.stress = true;
    check_exits(
        &request,
        "exit0 Stress: func0@0x4[locals=1 operands=1]
         exit1 Stress: func0@0x6[locals=1 operands=2]",
    );
}
