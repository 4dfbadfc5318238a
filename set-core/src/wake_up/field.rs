use super::error::{WakeUpError, WakeUpFault};

macro_rules! fields {
    ($($(#[$meta:meta])* $variant:ident = $name:literal,)+) => {
        /// A header field of the specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Field {
            $($(#[$meta])* $variant,)+
        }

        impl Field {
            /// All fields.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name as it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    /// Version of MIME.
    MimeVersion = "MIME-Version",
    /// Type of the order description.
    ContentType = "Content-Type",
    /// How the body is encoded.
    ContentTransferEncoding = "Content-Transfer-Encoding",
    /// What is to be begun.
    InitiationType = "SET-Initiation-Type",
    /// Version of SET.
    Version = "SET-Version",
    /// Where PInitReq goes.
    SetUrl = "SET-SET-URL",
    /// Where InqReq goes.
    QueryUrl = "SET-Query-URL",
    /// Where the browser goes after success.
    SuccessUrl = "SET-Success-URL",
    /// Where the browser goes after failure.
    FailureUrl = "SET-Failure-URL",
    /// Where the browser goes when the user gives up.
    CancelUrl = "SET-Cancel-URL",
    /// Help.
    ServiceUrl = "SET-Service-URL",
    /// Error reports.
    DiagnosticUrl = "SET-Diagnostic-URL",
    /// A brand accepted.
    Brand = "SET-Brand",
    /// The price.
    PurchAmt = "SET-PurchAmt",
    /// The merchant's id of the order.
    LidM = "SET-LID-M",
    /// Number of instalments.
    InstallTotalTrans = "SET-InstallTotalTrans",
    /// Fewest days between payments, and expiry.
    Recurring = "SET-Recurring",
    /// An extension's object identifier.
    ExtOid = "SET-Ext-OID",
    /// An extension's value.
    ExtData = "SET-Ext-Data",
    /// Whether the extension must be known.
    ExtMandatory = "SET-Ext-Mandatory",
    /// To be returned in the wallet's request.
    EchoInRequest = "SET-Echo-In-Request",
    /// To be returned in the wallet's response.
    EchoInResponse = "SET-Echo-In-Response",
    /// The field at fault.
    ErrorField = "SET-Error-Field",
}

impl Field {
    /// The field of that name, in any case of letters.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether it may come more than once.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Brand)
    }

    pub(super) const fn at_fault(self, fault: WakeUpFault) -> WakeUpError {
        WakeUpError::within(self, fault)
    }
}

impl core::fmt::Display for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
