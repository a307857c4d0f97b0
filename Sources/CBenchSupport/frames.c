// The headers of frames, parsed as a driver in C would: the loop that ours is compared with. Each check
// stands before the bytes that it guards, and nothing is checked twice.
#include <stdbool.h>
#include <string.h>

#include "CBenchSupport.h"

// The capture that is measured with unless another is named, in the program itself, so that it is found
// wherever that is started.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t capture[] = {
#embed "Captures/udp.pcap"
};
#pragma clang diagnostic pop

const uint8_t *bench_capture(size_t *byte_count) {
  *byte_count = sizeof capture;
  return capture;
}

enum {
  ETHERNET_HEADER = 14,
  IPV4_HEADER = 20,
  UDP_HEADER = 8,
  ETHERTYPE_IPV4 = 0x0800,
  PROTOCOL_UDP = 17,
};

static inline uint16_t load_16(const uint8_t *bytes) {
  uint16_t stored;
  memcpy(&stored, bytes, sizeof stored);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  stored = __builtin_bswap16(stored);
#endif
  return stored;
}

static inline uint32_t load_native_32(const uint8_t *bytes) {
  uint32_t stored;
  memcpy(&stored, bytes, sizeof stored);
  return stored;
}

static inline uint32_t load_32(const uint8_t *bytes) {
  uint32_t stored = load_native_32(bytes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  stored = __builtin_bswap32(stored);
#endif
  return stored;
}

// Whether the ones' complement sum of a header, its checksum included, is right. That does not depend on
// the order of bytes, and words of 32 bits give the same sum as those of 16.
static inline bool is_intact(const uint8_t *header, size_t byte_count) {
  uint64_t sum = 0;
  // What every header has, and then the options, which few have.
  for (size_t offset = 0; offset < IPV4_HEADER; offset += 4) sum += load_native_32(header + offset);
  for (size_t offset = IPV4_HEADER; offset < byte_count; offset += 4) {
    sum += load_native_32(header + offset);
  }
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

static inline void parse(struct bench_frame frame, bool verifies, struct bench_frame_totals *totals) {
  if (frame.byte_count < ETHERNET_HEADER + IPV4_HEADER) return;
  if (load_16(frame.bytes + 12) != ETHERTYPE_IPV4) return;
  const uint8_t *ip = frame.bytes + ETHERNET_HEADER;
  const size_t header = (size_t)(ip[0] & 0xf) * 4;
  if (ip[0] >> 4 != 4 || header < IPV4_HEADER) return;
  const size_t total = load_16(ip + 2);
  if (total < header + UDP_HEADER || total > frame.byte_count - ETHERNET_HEADER) return;
  // Neither a fragment nor one with more to follow.
  if ((load_16(ip + 6) & 0x3fff) != 0 || ip[9] != PROTOCOL_UDP) return;
  if (verifies && !is_intact(ip, header)) return;
  const uint8_t *udp = ip + header;
  const size_t length = load_16(udp + 4);
  if (length < UDP_HEADER || length > total - header) return;
  totals->datagrams += 1;
  totals->payload_bytes += length - UDP_HEADER;
  totals->fields += load_32(ip + 12) ^ load_32(ip + 16) ^ (uint32_t)load_16(udp) << 16 ^ load_16(udp + 2);
}

struct bench_frame_totals bench_parse_frames(const struct bench_frame *frames, size_t count) {
  struct bench_frame_totals totals = {0};
  for (size_t index = 0; index < count; index++) parse(frames[index], false, &totals);
  return totals;
}

struct bench_frame_totals bench_parse_and_verify_frames(const struct bench_frame *frames, size_t count) {
  struct bench_frame_totals totals = {0};
  for (size_t index = 0; index < count; index++) parse(frames[index], true, &totals);
  return totals;
}
