//! `/credits`: the balance, what is on hold, and every line that led there.

use crate::api::credits::statement;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, text, waiting};
use crate::components::live::Live;
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::t;
use crate::model::credits::{PostingKind, Statement, StatementLine};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The credits.
#[component]
pub fn CreditsPage() -> impl IntoView {
    let query = use_query_map();
    let after = memo(move || query.with(|query| query.get("after").and_then(|id| id.parse().ok())));
    let answer = ask(move || after.get(), statement);
    let view = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(statement) => account(statement, after.get_untracked().is_some()),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Credits") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Credits")}</h1></header>
            {view}
        </div>
    }
    .into_any()
}

fn account(statement: Statement, further: bool) -> AnyView {
    let live = Live::here();
    let start = statement.balance;
    let balance = move || live.balance.get().unwrap_or(start);
    let lines = statement.lines.into_iter().map(line).collect_view();
    let older = statement.next.map(|next| {
        view! { <p class="older"><a class="button" href=format!("/credits?after={next}")>{t!("Older lines")}</a></p> }
    });
    view! {
        <dl class="balances">
            <div>
                <dt>{t!("To spend")}</dt>
                <dd>{text(move || balance().available.to_string())}</dd>
            </div>
            <div>
                <dt>{t!("On hold")}</dt>
                <dd>{text(move || balance().held.to_string())}</dd>
            </div>
        </dl>
        <p class="hint">
            {t!("What is on hold is set aside for work that has not ended: spent when the video plays, back with you when it does not.")}
        </p>
        <div>
            <h2 id="statement-head">{t!("Statement")}</h2>
            {further.then(|| view! { <p><a href="/credits">{t!("Back to the newest")}</a></p> })}
            <div class="table-frame" role="region" aria-labelledby="statement-head" tabindex="0">
                <table class="statement">
                    <thead>
                        <tr>
                            <th scope="col">{t!("What")}</th>
                            <th scope="col">{t!("When")}</th>
                            <th scope="col" class="number">{t!("Credits")}</th>
                            <th scope="col" class="number">{t!("To spend after")}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            {older}
        </div>
    }
    .into_any()
}

/// What can be spent falls with a hold and rises with a grant or a release; a capture spends what was held already.
fn line(line: StatementLine) -> impl IntoView {
    let (words, class, sign) = match line.kind {
        PostingKind::Grant => (t!("Credits given"), "number up", "+"),
        PostingKind::Hold => (t!("Set aside"), "number", "\u{2212}"),
        PostingKind::Capture => (t!("Spent, from the hold"), "number spent", ""),
        PostingKind::Release => (t!("Not charged, back from the hold"), "number up", "+"),
    };
    let name = line.name.unwrap_or_else(|| t!("A video").into());
    // The one that the program itself gives; others are the operator's words.
    let reason = if line.reason == "Welcome" {
        t!("Welcome").into()
    } else {
        line.reason
    };
    let what = match line.generation {
        Some(id) => view! { <a class="line-what" dir="auto" href=format!("/v/{id}")>{name}</a> }.into_any(),
        None if line.kind == PostingKind::Grant => {
            view! { <span class="line-what">{reason}</span> }.into_any()
        }
        None => view! { <span class="line-what">{t!("A video that was deleted")}</span> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <span class="line-kind">{words}</span>
                {what}
            </td>
            <td><Moment at=line.at /></td>
            <td class=class>{sign} {line.credits.to_string()}</td>
            <td class="number">{line.available_after.to_string()}</td>
        </tr>
    }
}
