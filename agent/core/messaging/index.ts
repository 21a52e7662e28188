export {
  type Channel,
  type ChannelEffect,
  type ChannelEnds,
  type ChannelStep,
  FRAGMENT_BYTES,
  QUEUE_BYTES_MAX,
  TEXT_BYTES_MAX,
  WINDOW_PACKETS,
} from "./channel.ts";
export {
  isQuiet,
  nextDeadline,
  openChannel,
  receivePacket,
  type SendResult,
  sendText,
  stepTime,
} from "./step-channel.ts";
