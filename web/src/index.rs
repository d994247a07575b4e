//! The page's start, which refers to the files of its version.

use anyhow::{Context, Result, bail};

use crate::files::Files;

/// The attributes that refer to files.
const ATTRIBUTES: [&str; 2] = [" href=\"", " src=\""];

/// `index.html`, with each reference to a file in a folder led to the folder of the version.
pub(crate) fn of_version(site: &Files, version: &str) -> Result<String> {
    let html = site.get("index.html").context("index.html is missing")?;
    let mut html = String::from_utf8(html.clone()).context("index.html")?;
    for attribute in ATTRIBUTES {
        html = led(&html, attribute, site, version)?;
    }
    Ok(html)
}

fn led(html: &str, attribute: &str, site: &Files, version: &str) -> Result<String> {
    let mut parts = html.split(attribute);
    let mut led = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.split('"').next().unwrap_or_default();
        let inner = name.contains('/').then(|| format!("{version}/"));
        let prefix = inner.unwrap_or_default();
        // A place within the page.
        let within = name.starts_with('#');
        if !within && !site.contains_key(&format!("{prefix}{name}")) {
            bail!("index.html refers to {name}, which is no file of the page: correct it");
        }
        led.extend([attribute, &prefix, part]);
    }
    Ok(led)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(html: &str) -> Files {
        let files = [("index.html", html), ("icon.svg", ""), ("v/app/main.js", "")];
        files.map(|(name, text)| (name.to_owned(), text.into())).into()
    }

    #[test]
    fn a_file_in_a_folder_is_one_of_the_version() {
        let html = "<img alt=\"\" src=\"icon.svg\"><a href=\"#top\"><script type=\"module\" src=\"app/main.js\">";
        let wanted = "<img alt=\"\" src=\"icon.svg\"><a href=\"#top\"><script type=\"module\" src=\"v/app/main.js\">";
        assert_eq!(of_version(&site(html), "v").unwrap(), wanted);
    }

    #[test]
    fn a_reference_to_no_file_is_refused() {
        for name in ["app/mian.js", "absent.svg", "//example.org/a.js", ""] {
            let error = of_version(&site(&format!("<a href=\"{name}\">")), "v").unwrap_err();
            let wanted = format!("index.html refers to {name}, which is no file");
            assert!(error.to_string().starts_with(&wanted), "{error}");
        }
    }
}
