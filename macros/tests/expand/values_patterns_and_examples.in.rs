/// Orders paint
#[mcp_tool(allow = "everyone")]
fn order(
    /// Colour
    #[arg(values = ["red", "blue"], default = "red", example = "blue")]
    color: String,
    /// Litres in a can
    #[arg(values = [1, 5, 10])]
    litres: Option<u8>,
    /// What it is for
    #[arg(values = ["wood", "metal"], min_len = 1, example = ["wood"])]
    surfaces: Vec<String>,
    /// Number of the customer
    #[arg(pattern = r"^\d{4}\s.$", example = "1234 x")]
    customer: String,
    /// Where to
    #[arg(pattern = "[a-z]")]
    place: Option<String>,
    /// How
    #[arg(example = Delivery::Post)]
    delivery: Delivery,
) -> String {
    color
}
