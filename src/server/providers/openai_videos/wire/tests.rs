use super::*;
use serde_json::json;

#[test]
fn every_word_has_its_meaning() {
    let state = |word: &str| status(&json!({"id": "v", "status": word}));
    let queued = "queued pending submitted not_start NOT_START preparing queueing starting created unknown PENDING \
        THROTTLED IN_QUEUE";
    for word in queued.split_whitespace() {
        assert_eq!(state(word), JobStatus::Queued, "{word}");
    }
    let running =
        "in_progress processing running generating postprocessing dreaming RUNNING IN_PROGRESS cancelling";
    for word in running.split_whitespace() {
        assert_eq!(state(word), JobStatus::Running(0), "{word}");
    }
    for word in "completed complete succeeded succeed success done finished SUCCEEDED".split_whitespace() {
        assert_eq!(state(word), JobStatus::Done, "{word}");
    }
    let ended = "failed fail failure error expired cancelled canceled aborted CANCELLED deleted";
    for word in ended.split_whitespace() {
        assert!(
            matches!(state(word), JobStatus::Ended(Reason::ProviderFailed, _)),
            "{word}"
        );
    }
    assert_eq!(state("brewing"), JobStatus::Unknown("brewing".into()));
    assert_eq!(status(&json!({"id": "v"})), JobStatus::Unknown(String::new()));
    assert_eq!(
        status(&json!(["no", "object"])),
        JobStatus::Unknown(String::new())
    );
}

#[test]
fn progress_comes_in_many_shapes() {
    for (value, percent) in [
        (json!(0), 0),
        (json!(1), 1),
        (json!(42), 42),
        (json!(42.4), 42),
        (json!(0.42), 42),
        (json!(1.0), 100),
        (json!("42%"), 42),
        (json!("42"), 42),
        (json!("0.42"), 42),
        (json!(" 42.0 % "), 42),
        (json!(1000), 100),
        (json!(-5), 0),
        (json!("soon"), 0),
        (json!(null), 0),
        (json!({"percent": 3}), 0),
    ] {
        assert_eq!(progress(Some(&value)), percent, "{value}");
    }
    assert_eq!(progress(None), 0);
}

#[test]
fn an_id_is_any_text_that_fits_into_a_path() {
    assert_eq!(
        id(&json!({"id": "video_a/b?c=ä=="})).as_deref(),
        Some("video_a/b?c=ä==")
    );
    assert_eq!(id(&json!({"task_id": "task_1"})).as_deref(), Some("task_1"));
    assert_eq!(id(&json!({"id": 7})).as_deref(), Some("7"));
    for unusable in [
        json!(""),
        json!(".."),
        json!("a\u{0}b"),
        json!(null),
        json!([1]),
        json!("x".repeat(5000)),
    ] {
        assert_eq!(id(&json!({"id": unusable})), None, "{unusable}");
    }
}

#[test]
fn faults_come_in_many_shapes() {
    for (answer, words) in [
        (json!({"error": {"code": "bad", "message": "No."}}), "bad: No."),
        (json!({"error": {"code": 400, "message": "No."}}), "400: No."),
        (
            json!({"error": {"code": null, "type": "invalid_request_error", "message": "No."}}),
            "invalid_request_error: No.",
        ),
        (json!({"error": {"message": "No."}}), "No."),
        (json!({"error": "No."}), "No."),
        (json!({"detail": "No."}), "No."),
        (json!({"detail": {"error": {"message": "No."}}}), "No."),
        (
            json!({"detail": [{"loc": ["body", "seconds"], "msg": "too long", "input": "a secret prompt"}]}),
            "body.seconds: too long",
        ),
        (
            json!({"code": "quota", "message": "No.", "data": null}),
            "quota: No.",
        ),
    ] {
        let fault = Fault::read(&answer).unwrap();
        assert_eq!(fault.to_string(), words, "{answer}");
        assert_eq!(fault.reason(Reason::ProviderRefused), Reason::ProviderRefused);
    }
    for fine in [
        json!({"id": "v", "error": null}),
        json!({}),
        json!(null),
        json!("text"),
    ] {
        assert_eq!(Fault::read(&fine), None, "{fine}");
    }
}

#[test]
fn a_safety_system_is_recognised_with_its_categories() {
    for (answer, words) in [
        (
            json!({"error": {"code": "sentinel_block", "message": "No."}}),
            "sentinel_block: No.",
        ),
        (
            json!({"error": {"code": "moderation_blocked", "message": "No.", "category": "violence"}}),
            "moderation_blocked (violence): No.",
        ),
        (
            json!({"error": {"type": "content_policy_violation", "message": "No."}}),
            "content_policy_violation: No.",
        ),
        (
            json!({"error": {"message": "No.", "moderation_details": {"moderation_stage": "input", "categories": ["hate", "violence"]}}}),
            "(hate, violence): No.",
        ),
        (
            json!({"error": {"code": "x", "message": "No.", "moderation_details": {"categories": {"hate": true, "self-harm": false}}}}),
            "x (hate): No.",
        ),
    ] {
        let fault = Fault::read(&answer).unwrap();
        assert_eq!(
            fault.reason(Reason::ProviderFailed),
            Reason::ProviderBlocked,
            "{answer}"
        );
        assert_eq!(fault.to_string(), words);
        let mut job = answer;
        job["status"] = json!("failed");
        assert_eq!(
            status(&job),
            JobStatus::Ended(Reason::ProviderBlocked, words.into())
        );
    }
    // LiteLLM 1.108.7, word for word.
    let behind = json!({"error": {
        "message": "litellm.BadRequestError: OpenAIException - {\"error\": {\"message\": \"Blocked.\", \"type\": \"invalid_request_error\", \"param\": null, \"code\": \"sentinel_block\"}}",
        "type": "invalid_request_error", "param": null, "code": "400",
    }});
    let fault = Fault::read(&behind).unwrap();
    assert_eq!(fault.reason(Reason::ProviderRefused), Reason::ProviderBlocked);
    assert!(is_guardrail("Blocked by Guardrail") && !is_guardrail("out of memory"));
}

#[test]
fn a_servers_words_are_cut_short() {
    let fault = Fault::read(&json!({"error": "n\n".repeat(10_000)})).unwrap();
    assert_eq!(fault.to_string(), "n ".repeat(MOST_WORDS / 2));
}
