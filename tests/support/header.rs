//! The C header, read so that tests can call every function in it.

/// The type of a parameter, as far as a test needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `const char *`
    Text,
    /// `lid_client *`
    Client,
    /// `lid_client **`
    NewClient,
    /// `lid_v2_client *`
    V2Client,
    /// `lid_v2_client **`
    NewV2Client,
    /// `lid_json *`
    Document,
    /// `lid_json **`
    NewDocument,
    /// `const char **`, `int64_t *` and others: where a value is stored
    Value,
    /// `char **`
    Out,
    Cancel,
    Callback,
    /// `char *` or `void *`
    Pointer,
    /// `bool`, `int32_t`, `uint32_t`, `size_t`
    Number,
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub kind: Kind,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    /// Whether it returns a `lid_status`.
    pub status: bool,
    pub parameters: Vec<Parameter>,
}

impl Function {
    pub fn has(&self, kind: Kind) -> bool {
        self.parameters
            .iter()
            .any(|parameter| parameter.kind == kind)
    }
}

/// All functions of `include/loginid_ffi.h`.
pub fn functions() -> Vec<Function> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/loginid_ffi.h");
    let text = std::fs::read_to_string(path).expect("the header");
    let functions: Vec<Function> = text
        .split(';')
        .map(|declaration| declaration.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|declaration| declaration.ends_with(')') && !declaration.starts_with("typedef"))
        .map(|declaration| function(&declaration))
        .collect();
    assert!(functions.len() > 40, "the header is not understood");
    functions
}

fn function(declaration: &str) -> Function {
    let (before, parameters) = declaration.split_once('(').expect("a parameter list");
    let (result, name) = before.rsplit_once([' ', '*']).expect("a result");
    let parameters = parameters.trim_end_matches(')');
    Function {
        name: name.to_owned(),
        status: result == "lid_status",
        parameters: match parameters {
            "void" => Vec::new(),
            list => list.split(',').map(|text| parameter(text.trim())).collect(),
        },
    }
}

fn parameter(text: &str) -> Parameter {
    let (kind, name) = text.rsplit_once([' ', '*']).expect("a type");
    let whole = text.strip_suffix(name).expect("a name");
    let kind = match whole.trim() {
        "const char *" => Kind::Text,
        "const lid_client *" | "lid_client *" => Kind::Client,
        "lid_client **" => Kind::NewClient,
        "const lid_v2_client *" | "lid_v2_client *" => Kind::V2Client,
        "lid_v2_client **" => Kind::NewV2Client,
        "const lid_json *" | "lid_json *" => Kind::Document,
        "lid_json **" => Kind::NewDocument,
        "const char **" | "int64_t *" | "double *" | "bool *" | "size_t *" => Kind::Value,
        "char **" => Kind::Out,
        "lid_cancel *" => Kind::Cancel,
        "lid_log_fn" => Kind::Callback,
        "char *" | "void *" => Kind::Pointer,
        "bool" | "int32_t" | "uint32_t" | "size_t" => Kind::Number,
        other => panic!("a parameter of a new type, {other} ({kind})"),
    };
    Parameter {
        kind,
        name: name.to_owned(),
    }
}

/// The parameters that `include/loginid.h` marks with `LID_NULLABLE`, as `function.parameter`.
pub fn nullable() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/loginid.h");
    let text = std::fs::read_to_string(path).expect("the header");
    let declarations = text.split("\nLID_API").skip(1);
    let declarations = declarations.filter_map(|rest| rest.split_once(");")?.0.split_once('('));
    declarations
        .flat_map(|(before, parameters)| {
            let function = before.rsplit([' ', '*', '\n']).next().expect("a name");
            parameters.split(',').filter_map(move |parameter| {
                let (_, name) = parameter.split_once("LID_NULLABLE ")?;
                Some(format!("{function}.{name}"))
            })
        })
        .collect()
}

/// Calls a function of the header with register-sized arguments, which is how these
/// types are passed.
///
/// # Safety
/// The function must have this many parameters, and the arguments must fit them.
pub unsafe fn invoke(function: *const (), arguments: &[usize]) -> usize {
    macro_rules! call {
        ($($argument:ident)*) => {{
            // SAFETY: as promised by the caller.
            let function: unsafe extern "C" fn($(call!(@type $argument)),*) -> usize =
                unsafe { std::mem::transmute(function) };
            let [$($argument),*] = *arguments else { unreachable!() };
            // SAFETY: as promised by the caller.
            unsafe { function($($argument),*) }
        }};
        (@type $argument:ident) => { usize };
    }
    match arguments.len() {
        0 => call!(),
        1 => call!(a),
        2 => call!(a b),
        3 => call!(a b c),
        4 => call!(a b c d),
        5 => call!(a b c d e),
        6 => call!(a b c d e f),
        7 => call!(a b c d e f g),
        8 => call!(a b c d e f g h),
        more => panic!("a function with {more} parameters"),
    }
}
