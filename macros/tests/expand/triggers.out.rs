async fn nightly(ctx: &Context, scheduled: Scheduled) -> Result<()> {
    ctx.server_state::<u32>().set(&1).await?;
    Ok(())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_cron_nightly {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "nightly",
        function: "nightly",
        call: ::toolgate::__private::TriggerCall::Cron(|__context, __given| ::std::boxed::Box::pin(async move {
            let __convert = <Result<
                (),
            > as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(nightly(__context, __given).await)
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[::toolgate::__private::feature::STATE],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
fn bare() {}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_cron_bare {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "bare",
        function: "bare",
        call: ::toolgate::__private::TriggerCall::Cron(|_, _| ::std::boxed::Box::pin(async move {
            let __convert = <() as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(bare())
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
async fn work(ctx: &Context, job: Job) -> Result<(), String> {
    helper(ctx, job).await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_queue_jobs {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "jobs",
        function: "work",
        call: ::toolgate::__private::TriggerCall::Message(|__context, __given| ::std::boxed::Box::pin(async move {
            let __convert = <Result<
                (),
                String,
            > as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(
                work(
                        __context,
                        ::toolgate::__private::RawMessage::read::<Job>(&__given)?.body,
                    )
                    .await,
            )
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[::toolgate::__private::feature::STATE],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
fn one(job: Queued<Job>) {}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_queue_one {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "one",
        function: "one",
        call: ::toolgate::__private::TriggerCall::Message(|_, __given| ::std::boxed::Box::pin(async move {
            let __convert = <() as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(one(::toolgate::__private::RawMessage::read::<Job>(&__given)?))
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
async fn all(jobs: Vec<Queued<crate::Job>>) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_queue_all {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "all",
        function: "all",
        call: ::toolgate::__private::TriggerCall::Batch(|_, __given| ::std::boxed::Box::pin(async move {
            let __convert = <Result<
                (),
            > as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(
                all(
                        ::toolgate::__private::RawMessage::read_all::<
                            crate::Job,
                        >("all", __given),
                    )
                    .await,
            )
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
async fn receive(mail: Email) -> Result<()> {
    mail.forward("ada@example.com").await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_functions_have_the_email_ {
    () => {};
}
const _: () = {
    const __TOOLGATE_TRIGGER: ::toolgate::__private::TriggerDef = ::toolgate::__private::TriggerDef {
        name: "",
        function: "receive",
        call: ::toolgate::__private::TriggerCall::Email(|_, __given| ::std::boxed::Box::pin(async move {
            let __convert = <Result<
                (),
            > as ::toolgate::__private::IntoTriggerResult>::into_trigger_result;
            __convert(receive(__given).await)
        })),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TRIGGER);
};
::core::compile_error! {
    "this function has no caller\n= help: leave it out: nobody calls what a trigger starts"
}
#[allow(unused)]
fn wrong(caller: &Caller) {}
