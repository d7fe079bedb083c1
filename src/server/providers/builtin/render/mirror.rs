//! Reflections: what stands above a line, smeared and wavering below it.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rows and columns are clamped to the frame, levels stay bytes"
)]

use super::frame::Frame;
use super::noise::sine;

/// How a surface reflects.
#[derive(Clone, Copy)]
pub(super) struct Mirror {
    /// The scene `y` of the shore: everything below reflects.
    pub line: f32,
    /// The share of light kept right at the line; it falls off to half of that at the bottom.
    pub strength: f32,
    /// How far rows waver sideways, in scene units.
    pub waver: f32,
    /// How far light smears downwards, in scene units.
    pub smear: f32,
}

impl Mirror {
    /// Reflects the frame in place; what was drawn below the line stays as the ground colour beneath.
    pub(super) fn draw(self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        let line = (size.row(self.line).max(2.0) as usize & !1).min(size.h);
        let unit = size.unit();
        self.plane(&mut frame.y, size.w, line, unit, time);
        self.plane(&mut frame.u, size.w / 2, line / 2, unit * 0.5, time);
        self.plane(&mut frame.v, size.w / 2, line / 2, unit * 0.5, time);
    }

    fn plane(self, plane: &mut [u8], w: usize, line: usize, unit: f32, time: f32) {
        let (above, below) = plane.split_at_mut(line * w);
        let rows = (below.len() / w).max(1);
        let smear = self.smear * unit;
        for (row, out) in below.chunks_exact_mut(w).enumerate() {
            let depth = row as f32 / rows as f32;
            let far = row as f32 / unit;
            // Ripples grow and slow down towards the viewer.
            let ripple = sine(far * 9.0 / (0.25 + far) - time * 0.32)
                + 0.6 * sine(far * 23.0 / (0.3 + far) + time * 0.22);
            let shift = (ripple * self.waver * unit * (0.15 + depth)) as isize;
            let keep = (self.strength * (1.0 - 0.5 * depth) * 512.0) as i16;
            let source = |extra: f32| {
                let up = (row as f32 + smear * extra * (0.2 + depth)) as usize;
                let from = line - 1 - up.min(line - 1);
                &above[from * w..][..w]
            };
            mix_rows(out, [source(0.0), source(0.45), source(1.0)], shift, keep);
        }
    }
}

/// `keep` is the share of the mirrored light, 512 being all of it.
fn mix_rows(out: &mut [u8], rows: [&[u8]; 3], shift: isize, keep: i16) {
    let w = out.len();
    let skip = shift.unsigned_abs().min(w / 4);
    let (to, from) = if shift >= 0 { (0, skip) } else { (skip, 0) };
    let count = w - skip;
    let [a, b, c] = rows.map(|row| &row[from..from + count]);
    for (((out, &a), &b), &c) in out[to..to + count].iter_mut().zip(a).zip(b).zip(c) {
        let (a, b, c, below) = (i16::from(a), i16::from(b), i16::from(c), i16::from(*out));
        let mean = (a * 2 + b + c) >> 2;
        // Written like this, the upper half of the product is one instruction for a whole vector.
        *out = (below + ((i32::from((mean - below) << 7) * i32::from(keep)) >> 16) as i16) as u8;
    }
    // The columns shifted in from outside repeat the nearest one.
    let (edge, gap) = if shift >= 0 {
        (out[count - 1], count..w)
    } else {
        (out[to], 0..to)
    };
    out[gap].fill(edge);
}
