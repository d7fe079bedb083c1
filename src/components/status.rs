//! The status of the page's own HTTP answer, from inside a view. In the browser there is none to set.

#[cfg(feature = "ssr")]
mod answer {
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    /// Answers this page with an HTTP status.
    pub fn respond_with(status: u16) {
        if let (Some(options), Ok(status)) = (
            use_context::<ResponseOptions>(),
            axum::http::StatusCode::from_u16(status),
        ) {
            options.set_status(status);
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod answer {
    /// Does nothing: the answer was sent long ago.
    pub const fn respond_with(_status: u16) {}
}

pub use answer::respond_with;
