//! An interpreter of a small language: expressions are trees of `Box<dyn Expression>`.
#![crate_type = "cdylib"]

type Variables = [i64; 4];

trait Expression {
    fn value(&self, variables: &mut Variables) -> i64;
}

type Tree = Box<dyn Expression>;

struct Constant(i64);
struct Variable(usize);
struct Assign(usize, Tree);
struct Sum(Tree, Tree);
struct Product(Tree, Tree);
struct Remainder(Tree, Tree);
struct Quotient(Tree, Tree);
struct Less(Tree, Tree);
struct Choice(Tree, Tree, Tree);
struct Sequence(Vec<Tree>);
struct While(Tree, Tree);

impl Expression for Constant {
    fn value(&self, _: &mut Variables) -> i64 {
        self.0
    }
}

impl Expression for Variable {
    fn value(&self, variables: &mut Variables) -> i64 {
        variables[self.0]
    }
}

impl Expression for Assign {
    fn value(&self, variables: &mut Variables) -> i64 {
        let value = self.1.value(variables);
        variables[self.0] = value;
        value
    }
}

impl Expression for Sum {
    fn value(&self, variables: &mut Variables) -> i64 {
        self.0.value(variables).wrapping_add(self.1.value(variables))
    }
}

impl Expression for Product {
    fn value(&self, variables: &mut Variables) -> i64 {
        self.0.value(variables).wrapping_mul(self.1.value(variables))
    }
}

impl Expression for Remainder {
    fn value(&self, variables: &mut Variables) -> i64 {
        let dividend = self.0.value(variables);
        dividend.checked_rem(self.1.value(variables)).unwrap_or(0)
    }
}

impl Expression for Quotient {
    fn value(&self, variables: &mut Variables) -> i64 {
        let dividend = self.0.value(variables);
        dividend.checked_div(self.1.value(variables)).unwrap_or(0)
    }
}

impl Expression for Less {
    fn value(&self, variables: &mut Variables) -> i64 {
        i64::from(self.0.value(variables) < self.1.value(variables))
    }
}

impl Expression for Choice {
    fn value(&self, variables: &mut Variables) -> i64 {
        match self.0.value(variables) {
            0 => self.2.value(variables),
            _ => self.1.value(variables),
        }
    }
}

impl Expression for Sequence {
    fn value(&self, variables: &mut Variables) -> i64 {
        self.0.iter().fold(0, |_, it| it.value(variables))
    }
}

impl Expression for While {
    fn value(&self, variables: &mut Variables) -> i64 {
        let mut turns = 0;
        while self.0.value(variables) != 0 {
            self.1.value(variables);
            turns += 1;
        }
        turns
    }
}

fn constant(value: i64) -> Tree {
    Box::new(Constant(value))
}

fn variable(index: usize) -> Tree {
    Box::new(Variable(index))
}

/// The steps that all numbers below the first variable take to reach 1, if an even number goes to
/// its half and an odd one to three times itself plus one.
fn steps_to_one() -> Tree {
    let (limit, start, number, steps) = (0, 1, 2, 3);
    let is_odd = Box::new(Remainder(variable(number), constant(2)));
    let triple = Box::new(Product(variable(number), constant(3)));
    let next = Box::new(Choice(
        is_odd,
        Box::new(Sum(triple, constant(1))),
        Box::new(Quotient(variable(number), constant(2))),
    ));
    let is_not_there = Box::new(Less(constant(1), variable(number)));
    let walk = Box::new(While(is_not_there, Box::new(Assign(number, next))));
    let one_start = Sequence(vec![
        Box::new(Assign(number, variable(start))),
        Box::new(Assign(steps, Box::new(Sum(variable(steps), walk)))),
        Box::new(Assign(start, Box::new(Sum(variable(start), constant(1))))),
    ]);
    Box::new(Sequence(vec![
        Box::new(Assign(start, constant(1))),
        Box::new(While(
            Box::new(Less(variable(start), variable(limit))),
            Box::new(one_start),
        )),
        variable(steps),
    ]))
}

/// Runs the program for the numbers below `n`.
#[no_mangle]
pub extern "C" fn run(n: i32) -> i32 {
    let mut variables = [i64::from(n), 0, 0, 0];
    steps_to_one().value(&mut variables) as i32
}
