//! The film: frames in, one fast-start H.264 MP4 out.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use muxide::api::{Muxer, MuxerBuilder, MuxerError, VideoCodec};
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, QpRange,
    RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSlices;
use openh264::{OpenH264API, Timestamp};

use super::frame::{Frame, Size};
use super::{FRAME_RATE, RenderError};

/// Frames from one key frame to the next: two seconds, so that seeking and preview strips stay quick.
const KEY_EVERY: u32 = 48;

/// A single-threaded H.264 encoder with the renderer's settings.
pub(super) struct Coder(Encoder);

impl Coder {
    /// `quantizer` is that of every frame: higher is smaller and coarser.
    pub(super) fn new(quantizer: u8) -> Result<Self, RenderError> {
        let config = EncoderConfig::new()
            .profile(Profile::High)
            .vui(VuiConfig::bt709())
            .max_frame_rate(FrameRate::from_hz(24.0))
            // This mode alone neither drops frames nor warns on standard error; the narrow range makes it constant quality.
            .rate_control_mode(RateControlMode::Bufferbased)
            .qp(QpRange::new(quantizer, quantizer))
            .bitrate(BitRate::from_bps(8_000_000))
            .skip_frames(false)
            .complexity(Complexity::Low)
            .usage_type(UsageType::CameraVideoRealTime)
            .scene_change_detect(false)
            .background_detection(false)
            .adaptive_quantization(false)
            .intra_frame_period(IntraFramePeriod::from_num_frames(KEY_EVERY))
            .num_threads(1);
        Ok(Self(Encoder::with_api_config(
            OpenH264API::from_source(),
            config,
        )?))
    }

    /// Encodes frame number `index`, replacing what `out` held with Annex B bytes; true for a key frame.
    pub(super) fn encode(
        &mut self,
        planes: (&[u8], &[u8], &[u8]),
        size: Size,
        index: u32,
        out: &mut Vec<u8>,
    ) -> Result<bool, RenderError> {
        let picture = YUVSlices::new(planes, (size.w, size.h), (size.w, size.w / 2, size.w / 2));
        let bits = self.0.encode_at(
            &picture,
            Timestamp::from_millis(u64::from(index) * 1000 / u64::from(FRAME_RATE)),
        )?;
        out.clear();
        bits.write_vec(out);
        match bits.frame_type() {
            FrameType::IDR | FrameType::I => Ok(true),
            FrameType::P | FrameType::IPMixed => Ok(false),
            FrameType::Skip | FrameType::Invalid => {
                Err(RenderError::Encoder(format!("frame {index} was not encoded")))
            }
        }
    }
}

/// An MP4 being written.
pub(super) struct Film {
    coder: Coder,
    muxer: Muxer<BufWriter<File>>,
    packet: Vec<u8>,
    frames: u32,
}

impl Film {
    pub(super) fn create(
        out: &Path,
        (width, height): (u32, u32),
        quantizer: u8,
    ) -> Result<Self, RenderError> {
        let writer = BufWriter::new(File::create(out)?);
        let muxer = MuxerBuilder::new(writer)
            .video(VideoCodec::H264, width, height, f64::from(FRAME_RATE))
            .with_fast_start(true)
            .build()
            .map_err(encoder)?;
        Ok(Self {
            coder: Coder::new(quantizer)?,
            muxer,
            packet: Vec::new(),
            frames: 0,
        })
    }

    pub(super) fn push(&mut self, frame: &Frame) -> Result<(), RenderError> {
        let key = self.coder.encode(
            (&frame.y, &frame.u, &frame.v),
            frame.size,
            self.frames,
            &mut self.packet,
        )?;
        let seconds = self.time();
        self.muxer
            .write_video(seconds, &self.packet, key)
            .map_err(encoder)?;
        self.frames += 1;
        Ok(())
    }

    /// Takes over a picture that is compressed already, as Annex B.
    pub(super) fn push_packet(&mut self, packet: &[u8], key: bool) -> Result<(), RenderError> {
        let seconds = self.time();
        self.muxer.write_video(seconds, packet, key).map_err(encoder)?;
        self.frames += 1;
        Ok(())
    }

    /// The picture that was compressed last, as Annex B.
    pub(super) fn last_packet(&self) -> &[u8] {
        &self.packet
    }

    fn time(&self) -> f64 {
        f64::from(self.frames) / f64::from(FRAME_RATE)
    }

    /// Writes the file: until now the compressed frames wait in memory, for the index goes first.
    pub(super) fn finish(mut self) -> Result<(), RenderError> {
        self.muxer.finish_in_place().map_err(encoder)?;
        let mut writer = self.muxer.into_writer();
        writer.flush()?;
        writer.get_ref().sync_all()?;
        Ok(())
    }
}

fn encoder(error: MuxerError) -> RenderError {
    match error {
        MuxerError::Io(error) => RenderError::Io(error),
        other => RenderError::Encoder(other.to_string()),
    }
}
