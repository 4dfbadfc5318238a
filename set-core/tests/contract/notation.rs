//! Just enough of the ASN.1 notation to read the contract.

use std::collections::BTreeMap;

/// A type as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Sequence(Vec<Component>),
    Choice(Vec<Component>),
    Enumerated(Vec<(String, u32)>),
    SequenceOf(Box<Type>, Bounds),
    SetOf(Box<Type>),
    Boolean,
    Integer(Bounds),
    BitString(Vec<(String, u32)>),
    OctetString(Bounds),
    Null,
    Oid,
    Real,
    GeneralizedTime,
    Text(&'static str, Bounds),
    Any,
    Named(String),
}

/// Least and greatest; none where there is no bound.
pub(crate) type Bounds = Option<(u64, Option<u64>)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) tag: Option<u32>,
    pub(crate) explicit: bool,
    pub(crate) of: Type,
    pub(crate) optional: bool,
    pub(crate) default: Option<String>,
}

/// The definitions of one module, by name.
pub(crate) fn parse(text: &str) -> BTreeMap<String, Type> {
    let mut tokens = Tokens::new(text);
    tokens.skip_past("BEGIN");
    if tokens.peek() == "IMPORTS" {
        tokens.skip_past(";");
    }
    let mut all = BTreeMap::new();
    while tokens.peek() != "END" {
        let name = tokens.next();
        tokens.expect("::=");
        let of = tokens.of();
        assert!(all.insert(name.clone(), of).is_none(), "{name} twice");
    }
    all
}

struct Tokens {
    all: Vec<String>,
    at: usize,
}

impl Tokens {
    fn new(text: &str) -> Self {
        let mut all = Vec::new();
        for line in text.lines() {
            let code = line.split("--").next().unwrap();
            let mut word = String::new();
            for c in code.chars() {
                if c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '=') {
                    word.push(c);
                    continue;
                }
                if !word.is_empty() {
                    all.push(std::mem::take(&mut word));
                }
                if !c.is_whitespace() {
                    all.push(c.to_string());
                }
            }
            if !word.is_empty() {
                all.push(word);
            }
        }
        Self { all, at: 0 }
    }

    fn peek(&self) -> &str {
        self.all.get(self.at).expect("more of the module")
    }

    fn next(&mut self) -> String {
        let token = self.peek().to_owned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) {
        let found = self.next();
        assert_eq!(found, token, "token {} of the module", self.at);
    }

    fn skip_past(&mut self, token: &str) {
        while self.next() != token {}
    }

    fn of(&mut self) -> Type {
        let word = self.next();
        match word.as_str() {
            "SEQUENCE" if self.peek() == "{" => Type::Sequence(self.components()),
            "SEQUENCE" => {
                let bounds = self.size();
                self.expect("OF");
                Type::SequenceOf(Box::new(self.of()), bounds)
            }
            "SET" => {
                self.expect("OF");
                Type::SetOf(Box::new(self.of()))
            }
            "CHOICE" => Type::Choice(self.components()),
            "ENUMERATED" => Type::Enumerated(self.numbers()),
            "BOOLEAN" => Type::Boolean,
            "INTEGER" if self.peek() == "{" => {
                let only = u64::from(self.numbers()[0].1);
                Type::Integer(Some((only, Some(only))))
            }
            "INTEGER" => Type::Integer(self.range()),
            "BIT" => {
                self.expect("STRING");
                let named = self.peek() == "{";
                Type::BitString(if named { self.numbers() } else { Vec::new() })
            }
            "OCTET" => {
                self.expect("STRING");
                Type::OctetString(self.parenthesized_size())
            }
            "NULL" => Type::Null,
            "OBJECT" => {
                self.expect("IDENTIFIER");
                Type::Oid
            }
            "REAL" => Type::Real,
            "GeneralizedTime" => Type::GeneralizedTime,
            "VisibleString" => Type::Text("VisibleString", self.parenthesized_size()),
            "NumericString" => Type::Text("NumericString", self.parenthesized_size()),
            "BMPString" => Type::Text("BMPString", self.parenthesized_size()),
            "ANY" => {
                if self.take("DEFINED") {
                    self.expect("BY");
                    self.next();
                }
                Type::Any
            }
            _ => Type::Named(word),
        }
    }

    fn components(&mut self) -> Vec<Component> {
        let mut all = Vec::new();
        self.expect("{");
        loop {
            let name = self.next();
            let tag = self.take("[").then(|| {
                let number = self.next().parse().unwrap();
                self.expect("]");
                number
            });
            let explicit = self.take("EXPLICIT");
            self.take("IMPLICIT");
            let of = self.of();
            let optional = self.take("OPTIONAL");
            let default = self.take("DEFAULT").then(|| self.next());
            all.push(Component {
                name,
                tag,
                explicit,
                of,
                optional,
                default,
            });
            if !self.take(",") {
                break;
            }
        }
        self.expect("}");
        all
    }

    fn numbers(&mut self) -> Vec<(String, u32)> {
        let mut all = Vec::new();
        self.expect("{");
        loop {
            let name = self.next();
            self.expect("(");
            all.push((name, self.next().parse().unwrap()));
            self.expect(")");
            if !self.take(",") {
                break;
            }
        }
        self.expect("}");
        all
    }

    /// `(1..999)`, `(0..MAX)`, `(MIN..MAX)` or nothing.
    fn range(&mut self) -> Bounds {
        if !self.take("(") {
            return None;
        }
        let bounds = bounds(&self.next());
        self.expect(")");
        bounds
    }

    /// `SIZE(1..20)`, `SIZE(6)` or nothing.
    fn size(&mut self) -> Bounds {
        if self.take("SIZE") {
            self.range()
        } else {
            None
        }
    }

    fn parenthesized_size(&mut self) -> Bounds {
        if !self.take("(") {
            return None;
        }
        let size = self.size();
        self.expect(")");
        size
    }
}

fn bounds(text: &str) -> Bounds {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    if low == "MIN" {
        return None;
    }
    let high = (high != "MAX").then(|| high.parse().unwrap());
    Some((low.parse().unwrap(), high))
}
