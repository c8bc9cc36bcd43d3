//! Tailwind's compiler inside QuickJS: no file, network or process is within its reach.
//!
//! The only file that knows which engine makes the stylesheet.

use crate::{Error, Package};
use rquickjs::{CatchResultExt, Context, Ctx, Function, Object, Persistent, Promise, Runtime};
use std::collections::BTreeMap;

const SCRIPT: &str = "dist/lib.js";
const SHEETS: [&str; 3] = ["theme.css", "preflight.css", "utilities.css"];

/// A compiler that has read one stylesheet and waits for class names.
pub struct Engine {
    session: Persistent<Object<'static>>,
    context: Context,
}

impl Engine {
    /// Starts `package` and lets it read the stylesheet `entry`, whose own imports are in `imports` by the name used.
    ///
    /// # Errors
    /// When the package cannot be used or Tailwind refuses the stylesheet.
    pub fn start(package: &Package, entry: &str, mut imports: BTreeMap<String, String>) -> Result<Self, Error> {
        let mut files = package.files(&[SCRIPT, SHEETS[0], SHEETS[1], SHEETS[2]])?;
        let script = files.remove(SCRIPT).unwrap_or_default();
        imports.extend(files.into_iter().map(|(name, text)| (format!("tailwindcss/{name}"), text)));
        let runtime = Runtime::new().map_err(|error| Error::Tailwind(error.to_string()))?;
        let context = Context::full(&runtime).map_err(|error| Error::Tailwind(error.to_string()))?;
        let session = run(&context, |ctx| {
            let library: Function = ctx.eval(format!("(function (module, exports) {{{script}\n}})"))?;
            let start: Function = ctx.eval(include_str!("engine.js"))?;
            let promise: Promise = start.call((library, entry, imports))?;
            Ok(Persistent::save(ctx, promise.finish::<Object>()?))
        })?;
        Ok(Self { session, context })
    }

    /// The folders that the stylesheet names as `@source`, relative to it.
    ///
    /// # Errors
    /// When one is excluded or a pattern, which the scanner does not offer.
    pub fn sources(&self) -> Result<Vec<String>, Error> {
        self.call("sources", ())
    }

    /// The stylesheet with the rules for `words`; words that are no classes are passed over.
    ///
    /// # Errors
    /// When Tailwind fails.
    pub fn build(&self, words: impl IntoIterator<Item = impl AsRef<str>>) -> Result<String, Error> {
        self.call("build", (strings(words),))
    }

    /// Those of `words` that Tailwind does not know as classes.
    ///
    /// # Errors
    /// When Tailwind fails.
    pub fn unknown(&self, words: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<String>, Error> {
        self.call("unknown", (strings(words),))
    }

    fn call<A, R>(&self, name: &str, arguments: A) -> Result<R, Error>
    where
        A: for<'js> rquickjs::function::IntoArgs<'js>,
        R: for<'js> rquickjs::FromJs<'js>,
    {
        run(&self.context, |ctx| {
            let session = self.session.clone().restore(ctx)?;
            let function: Function = session.get(name)?;
            let promise: Promise = function.call(arguments)?;
            promise.finish::<R>()
        })
    }
}

fn strings(words: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    words.into_iter().map(|word| word.as_ref().to_owned()).collect()
}

fn run<R>(context: &Context, work: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Result<R, Error> {
    context.with(|ctx| work(&ctx).catch(&ctx).map_err(|error| Error::Tailwind(error.to_string())))
}
