//! The report as one page for people: a matrix of subjects and cases, and for each case what went
//! to and fro, as a picture and as trees. Nothing in it is fetched from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Report, name};
use crate::runner::{Done, Outcome};

/// The report as one self-contained page.
#[must_use]
pub fn html(report: &Report) -> String {
    let mut page = String::from(HEAD);
    // Writing to a String does not fail.
    let _ = body(&mut page, report);
    page.push_str("</body></html>\n");
    page
}

fn body(page: &mut String, report: &Report) -> std::fmt::Result {
    let verdict = match report.ok {
        true => "all as expected",
        false => "not all as expected",
    };
    writeln!(
        page,
        "<h1>SET conformance</h1>\n<p>{}, seed {}: <b>{verdict}</b></p>\n<ul class=\"counts\">",
        escaped(&report.tool),
        report.seed
    )?;
    for (verdict, count) in &report.counts {
        writeln!(page, "<li class=\"{verdict}\">{count} {verdict}</li>")?;
    }
    page.push_str("</ul>\n");
    matrix(page, report)?;
    for (number, outcome) in report.results().iter().enumerate() {
        one(page, number, outcome)?;
    }
    Ok(())
}

/// Cases down, subjects across.
fn matrix(page: &mut String, report: &Report) -> std::fmt::Result {
    let subject = |outcome: &Outcome| (outcome.subject.name(), outcome.address.clone());
    let subjects: BTreeSet<_> = report.results().iter().map(subject).collect();
    let mut cells: BTreeMap<&str, BTreeMap<_, (usize, &Outcome)>> = BTreeMap::new();
    for (number, outcome) in report.results().iter().enumerate() {
        let row = cells.entry(&outcome.case).or_default();
        row.insert(subject(outcome), (number, outcome));
    }
    page.push_str("<table><thead><tr><th>case</th>");
    for (role, address) in &subjects {
        write!(page, "<th title=\"{}\">{role}</th>", escaped(address))?;
    }
    page.push_str("</tr></thead><tbody>\n");
    for (case, row) in &cells {
        let title = row
            .values()
            .next()
            .map_or("", |(_, outcome)| &outcome.title);
        write!(
            page,
            "<tr><th title=\"{}\">{}</th>",
            escaped(title),
            escaped(case)
        )?;
        for subject in &subjects {
            match row.get(subject) {
                None => page.push_str("<td></td>"),
                Some((number, outcome)) => {
                    let verdict = name(outcome.verdict);
                    let known = match outcome.expected {
                        true => "",
                        false => " unexpected",
                    };
                    write!(
                        page,
                        "<td class=\"{verdict}{known}\"><a href=\"#r{number}\">{verdict}</a></td>"
                    )?;
                }
            }
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table>\n");
    Ok(())
}

fn one(page: &mut String, number: usize, outcome: &Outcome) -> std::fmt::Result {
    let verdict = name(outcome.verdict);
    let open = match outcome.expected {
        true => "",
        false => " open",
    };
    writeln!(
        page,
        "<details id=\"r{number}\"{open}><summary><span class=\"{verdict}\">{verdict}</span> {} \
         <i>{}</i></summary>\n<h3>{}</h3>\n<p>{}</p>\n<p class=\"place\">{} · {:?} · {}</p>",
        escaped(&outcome.case),
        outcome.subject.name(),
        escaped(&outcome.title),
        escaped(&outcome.rule),
        escaped(&outcome.place),
        outcome.level,
        escaped(&outcome.address),
    )?;
    if let Some(reason) = &outcome.reason {
        writeln!(page, "<p class=\"reason\">{}</p>", escaped(reason))?;
    }
    if !outcome.steps.is_empty() {
        picture(page, outcome)?;
    }
    for step in &outcome.steps {
        tree(page, &step.message, step.request.as_deref())?;
        tree(page, &step.answer, step.shown.as_deref())?;
    }
    writeln!(
        page,
        "<p><code>{}</code></p>\n</details>",
        escaped(&outcome.reproduce)
    )
}

fn tree(page: &mut String, title: &str, shown: Option<&str>) -> std::fmt::Result {
    match shown {
        None => Ok(()),
        Some(shown) => writeln!(
            page,
            "<details class=\"tree\"><summary>{}</summary><pre>{}</pre></details>",
            escaped(title),
            escaped(shown)
        ),
    }
}

/// Arrows between the runner and the subject, downwards in time.
fn picture(page: &mut String, outcome: &Outcome) -> std::fmt::Result {
    let height = TOP + outcome.steps.len() * 2 * ROW + ROW;
    writeln!(
        page,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n\
         <text x=\"{LEFT}\" y=\"16\">runner</text><text x=\"{RIGHT}\" y=\"16\">{}</text>\n\
         <path d=\"M{LEFT} 24V{height}M{RIGHT} 24V{height}\" class=\"life\"/>",
        outcome.subject.name()
    )?;
    let mut y = TOP;
    for step in &outcome.steps {
        arrow(page, y, true, &sent(step), true)?;
        y += ROW;
        arrow(page, y, false, &step.answer, step.fits)?;
        y += ROW;
    }
    page.push_str("</svg>\n");
    Ok(())
}

fn sent(step: &Done) -> String {
    match step.message.as_str() {
        "" => format!("{} octets", step.sent),
        message => format!("{message}, {} octets", step.sent),
    }
}

fn arrow(page: &mut String, y: usize, there: bool, label: &str, good: bool) -> std::fmt::Result {
    let (from, to, tip) = match there {
        true => (LEFT, RIGHT, RIGHT - TIP),
        false => (RIGHT, LEFT, LEFT + TIP),
    };
    let class = match good {
        true => "good",
        false => "bad",
    };
    let label: String = label.chars().take(LONGEST_LABEL).collect();
    writeln!(
        page,
        "<path class=\"{class}\" d=\"M{from} {y}H{to}M{tip} {}L{to} {y}L{tip} {}\"/>\
         <text class=\"{class}\" x=\"{MIDDLE}\" y=\"{}\">{}</text>",
        y - 4,
        y + 4,
        y - 6,
        escaped(&label)
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Pixels.
const WIDTH: usize = 520;
const LEFT: usize = 60;
const RIGHT: usize = 460;
const MIDDLE: usize = 260;
const TOP: usize = 48;
const ROW: usize = 30;
const TIP: usize = 8;
const LONGEST_LABEL: usize = 60;

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<title>SET conformance</title>\n<style>\n\
body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#222}\n\
table{border-collapse:collapse;font-size:13px}th,td{border:1px solid #ddd;padding:2px 8px}\n\
thead th{position:sticky;top:0;background:#fff}tbody th{text-align:left;font-weight:normal}\n\
td a{color:inherit;text-decoration:none}.counts{list-style:none;padding:0;display:flex;gap:.5em}\n\
.counts li,summary span{padding:1px 8px;border-radius:3px}\n\
.PASS{background:#d9f2dc}.FAIL,.TIMEOUT,.ERROR,.UNIMPLEMENTED{background:#f9d0cc}\n\
.NON-STRICT,.INFO{background:#fdf0c4}.SKIP{background:#eee}.unexpected{outline:2px solid #c00}\n\
details{margin:.3em 0}details details{margin-left:1em}.place{color:#666}.reason{color:#a00}\n\
svg text{font:12px system-ui,sans-serif;text-anchor:middle}svg path{fill:none;stroke:#446}\n\
svg .life{stroke:#bbb}svg path.bad{stroke:#c00}svg text.bad{fill:#c00}\n\
pre{overflow:auto;font-size:12px;background:#f7f7f7;padding:.5em}\n\
</style></head><body>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_peer_says_is_no_markup() {
        assert_eq!(escaped("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }
}
