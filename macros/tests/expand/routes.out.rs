async fn item(
    ctx: &Context,
    caller: &Caller,
    request: &RouteRequest,
    id: u32,
) -> Result<String> {
    ctx.server_state::<u8>().get().await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_routes_have_the_address_GET_x20_x2fitems_x2f_x7b_x7d {
    () => {};
}
const _: () = {
    const __TOOLGATE_ROUTE: ::toolgate::__private::RouteDef = ::toolgate::__private::RouteDef {
        info: ::toolgate::__private::RouteInfo {
            name: "GET /items/{id}",
            method: "GET",
            path: "/items/{id}",
            guard: ::toolgate::__private::Guard::Policy {
                name: "everyone",
                bearer: true,
            },
        },
        call: |__context, __request| ::std::boxed::Box::pin(async move {
            let _ = (&__context, &__request);
            let ::core::option::Option::Some(__parameter_0) = ::toolgate::__private::segment::<
                u32,
            >(&__request, "id") else {
                return ::toolgate::__private::no_such_route();
            };
            let __convert = <Result<
                String,
            > as ::toolgate::__private::IntoRouteResponse>::into_route_response;
            __convert(
                item(
                        __context,
                        ::toolgate::__private::Context::caller(__context),
                        &__request,
                        __parameter_0,
                    )
                    .await,
            )
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[::toolgate::__private::feature::STATE],
            named: &[],
        },
        door: &::toolgate::__private::ROUTES,
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_ROUTE);
};
fn billing(body: Json<Invoice>) {}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_routes_have_the_address_POST_x20_x2fhooks_x2fbilling {
    () => {};
}
const _: () = {
    const __TOOLGATE_ROUTE: ::toolgate::__private::RouteDef = ::toolgate::__private::RouteDef {
        info: ::toolgate::__private::RouteInfo {
            name: "POST /hooks/billing",
            method: "POST",
            path: "/hooks/billing",
            guard: ::toolgate::__private::Guard::Signed(::toolgate::__private::Scheme {
                header: "x-signature",
                secrets: &["HOOK_SECRET"],
                encoding: ::toolgate::__private::Encoding::Hex,
                prefix: "",
                separator: ::core::option::Option::None,
                id: ::core::option::Option::None,
                timestamp: ::core::option::Option::Some(
                    ::toolgate::__private::Timestamp::Header("x-time"),
                ),
                tolerance: 300u64,
                payload: "{timestamp}.{body}",
            }),
        },
        call: |__context, __request| ::std::boxed::Box::pin(async move {
            let _ = (&__context, &__request);
            let __parameter_0 = match <Json<
                Invoice,
            > as ::toolgate::__private::FromBody>::from_body(&__request) {
                ::core::result::Result::Ok(__parameter_0) => __parameter_0,
                ::core::result::Result::Err(__parameter_0) => {
                    return ::toolgate::__private::IntoRouteResponse::into_route_response(
                        __parameter_0,
                    );
                }
            };
            let __convert = <() as ::toolgate::__private::IntoRouteResponse>::into_route_response;
            __convert(billing(__parameter_0))
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        door: &::toolgate::__private::ROUTES,
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_ROUTE);
};
fn status() -> &'static str {
    "up"
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_routes_have_the_address_GET_x20_x2fstatus {
    () => {};
}
const _: () = {
    const __TOOLGATE_ROUTE: ::toolgate::__private::RouteDef = ::toolgate::__private::RouteDef {
        info: ::toolgate::__private::RouteInfo {
            name: "GET /status",
            method: "GET",
            path: "/status",
            guard: ::toolgate::__private::Guard::Public,
        },
        call: |__context, __request| ::std::boxed::Box::pin(async move {
            let _ = (&__context, &__request);
            let __convert = <&'_ str as ::toolgate::__private::IntoRouteResponse>::into_route_response;
            __convert(status())
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        door: &::toolgate::__private::ROUTES,
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_ROUTE);
};
