//! The way of a video into the trash, out of it, and to its end: forms that need no JavaScript.

use crate::components::icon::Icon;
use crate::language::t;
use crate::model::generation::VideoPage;
use crate::model::ids::GenerationId;
use crate::model::trash::{InTrash, bytes};
use leptos::prelude::*;

fn fields(id: GenerationId, next: String) -> AnyView {
    view! {
        <input type="hidden" name="ids" value=id.to_string() />
        <input type="hidden" name="next" value=next />
    }
    .into_any()
}

/// Told first when the video lies in the trash.
pub fn in_trash(page: &VideoPage) -> AnyView {
    let Some(trash) = page.trash else {
        return ().into_any();
    };
    lying(page.card.id, trash, page.bytes)
}

fn lying(id: GenerationId, trash: InTrash, size: Option<i64>) -> AnyView {
    let frees = size.map(|size| {
        let words = t!("Gone for good. That frees {size}.", size = bytes(size));
        view! { <p>{words}</p> }
    });
    view! {
        <section class="in-trash" aria-label=t!("Trash")>
            <p><Icon name="trash" /><span>{t!("In the trash; gone for good {when}.", when = trash.in_words())}</span></p>
            <div class="acts">
                <form method="post" action="/library/restore">
                    {fields(id, format!("/v/{id}"))}
                    <button class="button primary">{t!("Restore")}</button>
                </form>
                <details class="sure">
                    <summary class="button danger">{t!("Delete now")}</summary>
                    <form method="post" action="/library/delete">
                        {fields(id, "/library/trash".into())}
                        {frees}
                        <p>{t!("The file, its poster and the prompt are gone for good. What was charged stays in your statement.")}</p>
                        <button class="button danger">{t!("Delete for good")}</button>
                    </form>
                </details>
            </div>
        </section>
    }
    .into_any()
}

/// Offered last while it does not.
pub fn to_trash(page: &VideoPage) -> AnyView {
    if page.trash.is_some() || !page.card.state.is_terminal() {
        return ().into_any();
    }
    view! {
        <form class="to-trash" id="delete" method="post" action="/library/trash">
            {fields(page.card.id, "/library".into())}
            <button class="button"><Icon name="trash" />{t!("Move to trash")}</button>
            <p class="hint">{t!("You can restore it for 30 days.")}</p>
        </form>
    }
    .into_any()
}
