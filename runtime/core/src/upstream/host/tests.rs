//! The examples of the RFCs, and texts that are not signatures.

use serde_json::json;

use super::*;

const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
                       cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn check(algorithm: Algorithm, header: &str, signature: &str, key: &PublicKey) -> bool {
    let message = format!("{header}.{PAYLOAD}");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    verify(&Signed { algorithm, key, message: message.as_bytes(), signature: &signature })
}

#[test]
fn the_rs256_example_of_rfc_7515_verifies() {
    let modulus = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
         P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6\
         3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw\
         Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
         yuXpoQ";
    let key = PublicKey::read(&json!({ "kty": "RSA", "n": modulus, "e": "AQAB" })).unwrap();
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-\
         0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75v\
         RK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZ\
         ESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN\
         _IoypGlUPQGe77Rw";
    assert!(check(Algorithm::Rs256, "eyJhbGciOiJSUzI1NiJ9", signature, &key));
    assert!(!check(Algorithm::Rs256, "eyJhbGciOiJSUzI1Nj", signature, &key));
    for other in [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Es256] {
        assert!(!check(other, "eyJhbGciOiJSUzI1NiJ9", signature, &key), "{other:?}");
    }
}

#[test]
fn the_es256_example_of_rfc_7515_verifies() {
    let (x, y) = (
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    );
    let key = PublicKey::read(&json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })).unwrap();
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJ\
                     qPP3-Kg6NU1Q";
    assert!(check(Algorithm::Es256, "eyJhbGciOiJFUzI1NiJ9", signature, &key));
    assert!(!check(Algorithm::Es256, "eyJhbGciOiJFUzI1Ni", signature, &key));
    assert!(!check(Algorithm::EdDsa, "eyJhbGciOiJFUzI1NiJ9", signature, &key));
}

#[test]
fn the_ed25519_example_of_rfc_8037_verifies() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key = PublicKey::read(&json!({ "kty": "OKP", "crv": "Ed25519", "x": x })).unwrap();
    let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_\
                     MuM0KAg";
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signed = Signed { algorithm: Algorithm::EdDsa, key: &key, message, signature: &signature };
    assert!(verify(&signed));
    assert!(!verify(&Signed { message: b"x", ..signed }));
    assert!(!verify(&Signed { signature: &[], ..signed }));
}
