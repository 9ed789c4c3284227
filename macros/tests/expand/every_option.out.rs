/// Not this
fn delete_all() -> Result<(), String> {
    Ok(())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_files_x2edelete_x2dall {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "files.delete-all",
            title: ::core::option::Option::Some("Delete all"),
            description: ::core::option::Option::Some("Deletes every file"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
            ),
            output_schema: <Result<
                (),
                String,
            > as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
            annotations: ::toolgate::__private::Annotations {
                read_only: ::core::option::Option::Some(false),
                destructive: ::core::option::Option::Some(true),
                idempotent: ::core::option::Option::Some(true),
                open_world: ::core::option::Option::Some(false),
            },
            policy: "everyone",
            icons: &[],
            headers: &[],
            task: ::toolgate::__private::TaskSupport::Forbidden,
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <Result<
                (),
                String,
            > as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(delete_all())
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
