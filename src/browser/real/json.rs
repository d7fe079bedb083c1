//! Reads JSON into the types of the model. The browser parses it; this walks over what came of that. Of a parser in Rust
//! the wasm would carry a copy for each type.
//!
//! It reads what our own server writes: names and lists, whole numbers, texts, enums. A field that is missing needs
//! `#[serde(default)]`, an `Option` too.

use js_sys::{Array, JSON, Object, Reflect};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, SeqAccess,
    VariantAccess, Visitor, value::StringDeserializer,
};
use serde::forward_to_deserialize_any;
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// Reads a text; nothing when it is not what the type says.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    read_value(JSON::parse(text).ok()?)
}

/// Reads what the browser has parsed; nothing when it is not what the type says.
pub(super) fn read_value<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    T::deserialize(Value(value)).ok()
}

/// It is not what the type says. What is wrong is not told: nobody would read it here, and it takes many words.
#[derive(Debug)]
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Unreadable>;

struct Value(JsValue);

impl Value {
    fn whole(&self) -> Result<i64> {
        let number = self.0.as_f64().ok_or(Unreadable)?;
        let whole = super::whole(number);
        #[expect(
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "a number that is not whole differs"
        )]
        let exact = whole as f64 == number;
        if exact { Ok(whole) } else { Err(Unreadable) }
    }

    fn text(&self) -> Result<String> {
        self.0.as_string().ok_or(Unreadable)
    }

    fn list(self) -> Result<Items> {
        let list = self.0.dyn_into::<Array>().map_err(|_| Unreadable)?;
        Ok(Items { list, next: 0 })
    }
}

macro_rules! as_whole_number {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_i64(self.whole()?)
        }
    )*};
}

macro_rules! as_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_string(self.text()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value {
    type Error = Unreadable;

    as_whole_number! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
    deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    as_text! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unreadable)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.list()?)
    }

    /// The fields are read by their names in the order of the type, as if they were a list: so that no code for looking
    /// names up is needed.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_seq(Fields {
            of: self.0,
            names: names.iter(),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value> {
        let (name, content) = if let Some(name) = self.0.as_string() {
            (name, JsValue::NULL)
        } else {
            let only = Object::entries(self.0.dyn_ref().ok_or(Unreadable)?).get(0);
            let only = only.dyn_into::<Array>().map_err(|_| Unreadable)?;
            (Value(only.get(0)).text()?, only.get(1))
        };
        visitor.visit_enum(Variant {
            name,
            content: Value(content),
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(Unreadable)
    }

    forward_to_deserialize_any! { i128 u128 f32 f64 bytes byte_buf unit_struct tuple_struct map ignored_any }
}

struct Items {
    list: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.next == self.list.length() {
            return Ok(None);
        }
        let item = self.list.get(self.next);
        self.next += 1;
        seed.deserialize(Value(item)).map(Some)
    }
}

struct Fields {
    of: JsValue,
    names: std::slice::Iter<'static, &'static str>,
}

impl Fields {
    fn next(&mut self) -> Result<JsValue> {
        let name = self.names.next().ok_or(Unreadable)?;
        Reflect::get(&self.of, &JsValue::from_str(name)).map_err(|_| Unreadable)
    }
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let field = self.next()?;
        if field.is_undefined() {
            return Ok(None);
        }
        seed.deserialize(Value(field)).map(Some)
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Value;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Value)> {
        let name: StringDeserializer<Unreadable> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.list()?)
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.deserialize_struct("", names, visitor)
    }
}
